import { createReadStream, createWriteStream } from 'node:fs';
import { copyFile, mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { pathToFileURL } from 'node:url';
import { ObjectNotFoundError } from '../../shared/domain/errors.ts';
import type { LinkedObjects, NewestCopy } from '../../shared/ports/objects.ts';

/** Objects as files, so that a report of a gigabyte takes no memory. */
export class FileObjects implements LinkedObjects {
  /** Bytes written. */
  written = 0;
  requests = 0;
  readonly #folder: string;
  readonly #made = new Set<string>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  async put(key: string, body: Uint8Array | string): Promise<void> {
    this.requests += 1;
    this.written += Buffer.byteLength(body);
    await writeFile(await this.#path(key), body);
  }

  async place(): Promise<null> {
    return null;
  }

  async putStream(key: string, body: AsyncIterable<Uint8Array>): Promise<{ bytes: number }> {
    let bytes = 0;
    const counted = async function* () {
      for await (const chunk of body) {
        bytes += chunk.length;
        yield chunk;
      }
    };
    await pipeline(counted, createWriteStream(await this.#path(key)));
    this.requests += 1;
    this.written += bytes;
    return { bytes };
  }

  async link(key: string): Promise<string> {
    return pathToFileURL(join(this.#folder, key)).href;
  }

  async get(key: string, range?: { readonly from: number; readonly to: number }): Promise<Uint8Array> {
    this.requests += 1;
    try {
      const path = await this.#path(key);
      if (!range) return await readFile(path);
      const file = await open(path);
      try {
        const bytes = Buffer.alloc(range.to - range.from);
        const { bytesRead } = await file.read(bytes, 0, bytes.length, range.from);
        return bytes.subarray(0, bytesRead);
      } finally {
        await file.close();
      }
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') throw new ObjectNotFoundError(key);
      throw error;
    }
  }

  async copyNewest(from: string, { to }: NewestCopy): Promise<boolean> {
    this.requests += 2;
    await copyFile(await this.#path(from), await this.#path(to));
    return true;
  }

  async stream(key: string): Promise<AsyncIterable<Uint8Array>> {
    return createReadStream(await this.#path(key));
  }

  /** Ends it all. */
  remove(): Promise<void> {
    return rm(this.#folder, { recursive: true, force: true });
  }

  async #path(key: string): Promise<string> {
    const path = join(this.#folder, key);
    const folder = dirname(path);
    if (!this.#made.has(folder)) await mkdir(folder, { recursive: true });
    this.#made.add(folder);
    return path;
  }
}
