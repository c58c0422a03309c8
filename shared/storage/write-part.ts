import { SIZES } from '../domain/limits.ts';
import type { Objects } from '../ports/objects.ts';
import type { Frozen } from '../ports/segment-store.ts';
import { partKeys } from './part.ts';
import type { PartDraft } from './part-draft.ts';

/** Stores a part's objects under a key of its own; gives what freezes its segment. */
export async function writePart(objects: Objects, part: string, draft: PartDraft): Promise<Frozen> {
  const { rows, csv, index, counts, reasons } = draft.content();
  const keys = partKeys(part);
  // Piece by piece: of large rows a segment comes to more than a gigabyte, and a joined copy of it would be as much again.
  await Promise.all([
    objects.putStream(keys.rows, inPieces(rows), 'application/gzip'),
    objects.putStream(keys.csv, inPieces(csv), 'application/gzip'),
    objects.put(keys.index, JSON.stringify(index), 'application/json'),
  ]);
  const { statistics, reduceError } = index;
  const isSmall = Buffer.byteLength(JSON.stringify(statistics)) <= SIZES.inlineBytes;
  return { part, counts, reasons, ...(isSmall && { statistics }), ...(reduceError !== undefined && { reduceError }) };
}

async function* inPieces(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces;
}
