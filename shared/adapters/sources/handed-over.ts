import type { PinnedFile } from '../../author/source.ts';
import { SourceDataError, show } from '../../domain/errors.ts';
import { readHandedOverKey } from '../../domain/handed-over.ts';
import type { ObjectReader } from '../../ports/objects.ts';
import { compressionOf, decompressed, MAGIC_BYTES } from './decompress.ts';

/** Requests of this size: a slow reader holds no connection for hours. */
const PIECE_BYTES = 8 * 1_048_576;

export async function lookAtGiven(objects: ObjectReader, place: string): Promise<PinnedFile> {
  const named = readHandedOverKey(place);
  if (!named) throw new SourceDataError(`${show(place)} isn't what hands a file over.`);
  const { digest: version, bytes } = named;
  const first = await objects.get(place, { from: 0, to: Math.min(MAGIC_BYTES, bytes) });
  return { place, version, bytes, compressed: compressionOf(first) };
}

export function readGiven(objects: ObjectReader, file: PinnedFile, from: number): AsyncIterable<Uint8Array> {
  return file.compressed ? decompressed(pieces(objects, file, 0), file, from) : pieces(objects, file, from);
}

async function* pieces(objects: ObjectReader, { place, bytes }: PinnedFile, from: number): AsyncGenerator<Uint8Array> {
  for (let at = from; at < bytes; at += PIECE_BYTES) {
    yield await objects.get(place, { from: at, to: Math.min(at + PIECE_BYTES, bytes) });
  }
}
