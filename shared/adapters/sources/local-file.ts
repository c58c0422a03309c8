import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import type { PinnedFile } from '../../author/source.ts';
import { placeWords } from '../../author/sources/place.ts';
import { SourceChangedError, SourceDataError, show } from '../../domain/errors.ts';
import { compressionOf, decompressed, MAGIC_BYTES } from './decompress.ts';

/** What tells one content of a file from another. */
type VersionOf = (path: string) => Promise<string>;

/** By time and size: a file of many gigabytes is pinned at once. */
export const byTime: VersionOf = async (path) => {
  const { mtimeNs, size, ino } = await stat(path, { bigint: true });
  return `${mtimeNs}-${size}-${ino}`;
};

const digests = new Map<string, string>();

/** By content: a deployed file has no time of its own, and a copy in another folder is the same file. Once in a process. */
export const byContent: VersionOf = async (path) => {
  const key = `${path}\n${await byTime(path)}`;
  const known = digests.get(key);
  if (known !== undefined) return known;
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  const digest = hash.digest('base64url').slice(0, 22);
  digests.set(key, digest);
  return digest;
};

/** Pins a file on a disk. */
export async function lookAtFile(path: string, place: string, versionOf: VersionOf): Promise<PinnedFile> {
  return withFile(path, place, async (file) => {
    const { size } = await file.stat();
    const { buffer } = await file.read(Buffer.alloc(MAGIC_BYTES), 0, MAGIC_BYTES, 0);
    return { place, version: await versionOf(path), bytes: size, compressed: compressionOf(buffer) };
  });
}

/** Reads a pinned file on a disk. It is looked at before its first bytes and behind each chunk, so that none is given of another content. */
export async function* readFile(
  path: string,
  pinned: PinnedFile,
  { from, to = Number.POSITIVE_INFINITY }: { readonly from: number; readonly to?: number | undefined },
  versionOf: VersionOf,
): AsyncGenerator<Uint8Array> {
  const check = async () => {
    const version = await versionOf(path).catch((error: NodeJS.ErrnoException) => {
      throw error.code === 'ENOENT' ? new SourceChangedError(pinned.place) : cannotOpen(pinned.place, error);
    });
    if (version !== pinned.version) throw new SourceChangedError(pinned.place);
  };
  await check();
  // It can't be asked for no bytes.
  if (!pinned.compressed && to <= from) return;
  const chunks = pinned.compressed
    ? decompressed(createReadStream(path), pinned, from, to)
    : createReadStream(path, { start: from, end: to - 1 });
  try {
    for await (const chunk of chunks) {
      await check();
      yield chunk;
    }
  } catch (error) {
    // What is compressed may go on in another content.
    await check();
    throw error;
  }
  // The last bytes may be cut off.
  await check();
}

async function withFile<T>(path: string, place: string, use: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    throw cannotOpen(place, error);
  });
  try {
    if (!(await file.stat()).isFile()) throw new SourceDataError(`${show(place)} is no file.`);
    return await use(file);
  } finally {
    await file.close();
  }
}

const cannotOpen = (place: string, { code }: NodeJS.ErrnoException) =>
  new SourceDataError(`The file ${placeWords(place)} can't be opened (${code}).`);
