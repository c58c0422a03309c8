import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FetchSecret } from '../shared/adapters/endpoints/secrets.ts';

/** The file in a state folder that holds what callbacks' tokens are signed with; made where it isn't there. */
export async function callbackKeyFile(stateDir: string): Promise<string> {
  const file = join(stateDir, 'callback-key');
  try {
    await writeFile(file, randomBytes(48).toString('base64url'), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  return file;
}

/** What stands for Secrets Manager: the secret's name is that of its file. */
export const fromFile: FetchSecret = (file) => readFile(file, 'utf8');
