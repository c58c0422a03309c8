import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { keptInputName } from '../shared/domain/handed-over.ts';
import { stateDir } from './home.ts';

/** Where they are kept. */
export const keptInputDir = () => join(stateDir(), 'given');

/**
 * Keeps what a stream gives in the state folder, so that a run reads it again after a break. Named by its content: the same input again is
 * the same file, untouched, and so the same start.
 * @returns its path
 */
export async function keepInput(input: NodeJS.ReadableStream, signal: AbortSignal): Promise<string> {
  const folder = keptInputDir();
  await mkdir(folder, { recursive: true });
  const begun = join(folder, `${randomUUID()}.part`);
  const hash = createHash('sha256');
  try {
    const hashed = async function* (chunks: AsyncIterable<Uint8Array | string>) {
      for await (const chunk of chunks) {
        hash.update(chunk);
        yield chunk;
      }
    };
    await pipeline(input, hashed, createWriteStream(begun), { signal });
    const kept = join(folder, keptInputName(hash.digest('base64url')));
    if (!(await stat(kept).catch(() => null))) await rename(begun, kept);
    return kept;
  } finally {
    await rm(begun, { force: true });
  }
}
