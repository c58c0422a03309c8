import type { PinnedFile } from '../../author/source.ts';
import { SourceDataError, show } from '../../domain/errors.ts';
import { readHandedOverKey } from '../../domain/handed-over.ts';
import type { ObjectReader } from '../../ports/objects.ts';
import { compressionOf, decompressed, MAGIC_BYTES } from './decompress.ts';
import { pieces } from './pieces.ts';

export async function lookAtGiven(objects: ObjectReader, place: string): Promise<PinnedFile> {
  const named = readHandedOverKey(place);
  if (!named) throw new SourceDataError(`${show(place)} isn't what hands a file over.`);
  const { digest: version, bytes } = named;
  const first = await objects.get(place, { from: 0, to: Math.min(MAGIC_BYTES, bytes) });
  return { place, version, bytes, compressed: compressionOf(first) };
}

export function readGiven(
  objects: ObjectReader,
  file: PinnedFile,
  from: number,
  to = file.bytes,
): AsyncIterable<Uint8Array> {
  const get = (start: number, end: number) => objects.get(file.place, { from: start, to: end });
  return file.compressed
    ? decompressed(pieces(get, 0, file.bytes), file, from, to)
    : pieces(get, from, Math.min(to, file.bytes));
}
