import type { PinnedFile } from '../../author/source.ts';
import { SourceDataError, show } from '../../domain/errors.ts';
import type { ObjectReader } from '../../ports/objects.ts';
import { compressionOf, decompressed, MAGIC_BYTES } from './decompress.ts';

/** Requests of this size: a slow reader holds no connection for hours. */
const PIECE_BYTES = 8 * 1_048_576;

/** A file that was handed over to a stage: an object named by digest and length of its content, so that it can't change. */
const PLACE = /^given\/([A-Za-z0-9_-]{43})-(\d{1,15})\/[^/]{1,200}$/;

/** The key that a handed-over file is stored under, which is its place too. */
export function givenKey(digest: string, bytes: number, name: string): string {
  return `given/${digest}-${bytes}/${name.replace(/[^A-Za-z0-9._-]/g, '_').slice(-100) || 'file'}`;
}

export const isGiven = (place: string) => PLACE.test(place);

export async function lookAtGiven(objects: ObjectReader, place: string): Promise<PinnedFile> {
  const [, version, length] = PLACE.exec(place) ?? [];
  if (version === undefined) throw new SourceDataError(`${show(place)} isn't what hands a file over.`);
  const bytes = Number(length);
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
