import type { Bin, Bins, SketchJson } from './sketch.ts';
import { encode, increase } from './sketch.ts';

const LOG_GAMMA = Math.log(1.005 / 0.995);

/**
 * A distribution as the release before this one stores and merges it: a sketch of bins twice as wide. A deployment that is rolled back finishes
 * runs that this release has begun, and merges what it finds.
 */
export function firstForm(bins: readonly Bin[]): SketchJson {
  let zeros = 0;
  const [positive, negative]: [Bins, Bins] = [new Map(), new Map()];
  for (const { value, count } of bins) {
    if (value === 0) zeros += count;
    else increase(value > 0 ? positive : negative, Math.ceil(Math.log(Math.abs(value)) / LOG_GAMMA), count);
  }
  return [zeros, encode(positive), encode(negative)];
}
