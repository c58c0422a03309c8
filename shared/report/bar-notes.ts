import type { Statistics } from '../author/reduce.ts';
import { percent } from './format.ts';

type Histogram = Statistics['histogram'];

/** What a reader must be told of the bars, in sentences. */
export function barNotes({ histogram: buckets, relativeError }: Statistics): string[] {
  const notes = equallyWide(buckets) ? [] : ['The scale grows: each bar spans more than the one before.'];
  // A bin of the sketch is as wide as twice its error, and stands on one side of a border as a whole.
  if (relativeError > 0 && buckets.length > 1) {
    notes.push(
      `The bars are approximate: a value within ${percent(2 * relativeError, 1)} of a bar's border may be counted in the next bar.`,
    );
  }
  return notes;
}

/** False where the bounds grow. */
export function equallyWide(buckets: Histogram): boolean {
  const widths = buckets.map(({ from, to }) => to - from);
  return Math.max(...widths) <= Math.min(...widths) * 1.001;
}
