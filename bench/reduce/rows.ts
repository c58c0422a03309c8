import { SIZES } from '../../shared/domain/limits.ts';
import type { HeldRow } from '../../shared/storage/part.ts';
import { makeItems, makeResults } from '../data.ts';

export const BLOCK = SIZES.blockChildren;
/** Rows of a full segment. */
export const SEGMENT = 256 * BLOCK;

/** Different items and answers: more would measure how they are made. */
const DIFFERENT = 16 * BLOCK;

/** Makes the rows of a block, of items and answers as a service has them. Each row is an object of its own, as those that are read are. */
export function blocksOf(): (segment: number, block: number) => HeldRow[] {
  const items = makeItems(DIFFERENT);
  const results = makeResults(DIFFERENT);
  return (segment, block) =>
    Array.from({ length: BLOCK }, (_, n): HeldRow => {
      const i = (block * BLOCK + n) % DIFFERENT;
      return {
        id: `0-${segment}.${block}.${n}`,
        item: { ...items[i] },
        status: 'SUCCEEDED',
        reason: null,
        result: { ...results[i] },
        attempts: 1,
        ms: 3,
        at: 0,
      };
    });
}
