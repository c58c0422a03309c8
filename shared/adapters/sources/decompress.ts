import { once } from 'node:events';
import { Readable, type Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import type { PinnedFile } from '../../author/source.ts';
import { SourceDataError, show } from '../../domain/errors.ts';

const MAGIC = [
  { compressed: 'gzip', bytes: [0x1f, 0x8b] },
  { compressed: 'zstd', bytes: [0x28, 0xb5, 0x2f, 0xfd] },
] as const;

/** Bytes that {@link compressionOf} wants to see. */
export const MAGIC_BYTES = 4;

/** How a file is compressed, by its first bytes: names lie. */
export function compressionOf(first: Uint8Array): PinnedFile['compressed'] {
  return MAGIC.find(({ bytes }) => bytes.every((byte, place) => first[place] === byte))?.compressed ?? null;
}

/** The content from a byte of it on, up to another, of a file that is compressed: it has to be read from its beginning. */
export async function* decompressed(
  stored: AsyncIterable<Uint8Array>,
  { place, compressed }: PinnedFile,
  from: number,
  to = Number.POSITIVE_INFINITY,
): AsyncGenerator<Uint8Array> {
  const source = Readable.from(stored);
  const plain = source.pipe(decompressor(place, compressed));
  source.once('error', (error) => plain.destroy(error));
  let at = 0;
  try {
    for await (const chunk of plain) {
      const bytes: Uint8Array = chunk;
      const wanted = bytes.subarray(Math.max(0, from - at), to - at);
      at += bytes.length;
      if (wanted.length > 0) yield wanted;
      if (at >= to) return;
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (!/^(Z_|ZSTD_)/.test(code)) throw error;
    throw new SourceDataError(`${show(place)} can't be decompressed as ${compressed}: ${code}.`);
  } finally {
    source.destroy();
    if (!source.closed) await once(source, 'close');
  }
}

function decompressor(place: string, compressed: PinnedFile['compressed']): Transform {
  if (compressed === 'gzip') return zlib.createGunzip();
  if ('createZstdDecompress' in zlib) return zlib.createZstdDecompress();
  throw new SourceDataError(`${show(place)} is compressed by zstd, which Node ${process.versions.node} can't read.`);
}
