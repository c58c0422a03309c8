import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openProject } from '../shared/project/project.mjs';

/** Secrets and settings of a machine, which no repository holds. */
export const ENV_FILE = '.env';

/** Reads the project's `.env`, where there is one, into this process's variables; one that is set already stays. */
export function readEnvFile(): void {
  const file = join(openProject().folder, ENV_FILE);
  // Since Node 20.12.
  if (existsSync(file)) process.loadEnvFile?.(file);
}
