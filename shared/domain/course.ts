import * as z from 'zod';
import type { Row } from './row.ts';

/**
 * The narrowest bucket: outcomes are stored in groups, so that anything less would show those. Each wider one is twice as wide, so that any
 * two fit into each other.
 */
const NARROWEST_MS = 1_000;
/** Buckets at most: of a segment, what its item holds beside its statistics; of a run, what a chart shows. */
const MOST_BUCKETS = 48;
/** Bins of call times to a doubling: a time is known within 4.4 %. */
const BINS = 8;

const count = z.number().min(0);

/** A course as a frozen segment holds it. */
export const courseSchema = z.object({
  widthMs: z.number().positive(),
  /** Number of the first bucket, counted from 1970. */
  first: z.number(),
  /** Children that ended in each bucket, and what their last calls took together. */
  ended: z.array(count),
  ms: z.array(count),
  /** Bins of call times, and the children in each. */
  times: z.array(z.tuple([z.number(), count])),
  /** Children that were called more than once, and their calls beyond the first. */
  retried: count,
  repeats: count,
});
export type CourseJson = z.infer<typeof courseSchema>;

/** How children that were called ended over time. Merging may come in any order; it holds a fixed number of buckets. */
export class Course {
  #widthMs = NARROWEST_MS;
  #buckets = new Map<number, { ended: number; ms: number }>();
  readonly #times = new Map<number, number>();
  #first = Number.POSITIVE_INFINITY;
  #last = Number.NEGATIVE_INFINITY;
  #retried = 0;
  #repeats = 0;

  /** A child's end; one that was never called says nothing of the service. */
  add({ at, ms, attempts }: Pick<Row, 'at' | 'ms' | 'attempts'>): void {
    if (attempts === 0) return;
    this.#put(at, 1, ms);
    this.#time(Math.round(BINS * Math.log2(Math.max(1, ms))), 1);
    if (attempts > 1) this.#retried++;
    this.#repeats += attempts - 1;
  }

  merge({ widthMs, first, ended, ms, times, retried, repeats }: CourseJson): void {
    while (this.#widthMs < widthMs) this.#widen();
    for (const [i, count] of ended.entries()) if (count > 0) this.#put((first + i) * widthMs, count, ms[i] ?? 0);
    for (const [bin, count] of times) this.#time(bin, count);
    this.#retried += retried;
    this.#repeats += repeats;
  }

  toJSON(): CourseJson {
    const [first, length] = this.#buckets.size === 0 ? [0, 0] : [this.#first, this.#last - this.#first + 1];
    const buckets = Array.from({ length }, (_, i) => this.#buckets.get(first + i) ?? { ended: 0, ms: 0 });
    return {
      widthMs: this.#widthMs,
      first,
      ended: buckets.map(({ ended }) => ended),
      ms: buckets.map(({ ms }) => Math.round(ms)),
      times: [...this.#times].sort(([a], [b]) => a - b),
      retried: this.#retried,
      repeats: this.#repeats,
    };
  }

  #time(bin: number, count: number): void {
    this.#times.set(bin, (this.#times.get(bin) ?? 0) + count);
  }

  #put(at: number, ended: number, ms: number): void {
    const place = Math.floor(at / this.#widthMs);
    this.#first = Math.min(this.#first, place);
    this.#last = Math.max(this.#last, place);
    const bucket = this.#buckets.get(place) ?? { ended: 0, ms: 0 };
    this.#buckets.set(place, { ended: bucket.ended + ended, ms: bucket.ms + ms });
    while (this.#last - this.#first >= MOST_BUCKETS) this.#widen();
  }

  #widen(): void {
    const before = this.#buckets;
    this.#widthMs *= 2;
    this.#first = Math.floor(this.#first / 2);
    this.#last = Math.floor(this.#last / 2);
    this.#buckets = new Map();
    for (const [place, { ended, ms }] of before) {
      const half = this.#buckets.get(Math.floor(place / 2)) ?? { ended: 0, ms: 0 };
      this.#buckets.set(Math.floor(place / 2), { ended: half.ended + ended, ms: half.ms + ms });
    }
  }
}

/** What the call times of a course come to at `share` (0 to 1) of its children, in milliseconds; null where none was called. */
export function callTimeAt({ times }: Pick<CourseJson, 'times'>, share: number): number | null {
  const all = times.reduce((sum, [, count]) => sum + count, 0);
  let seen = 0;
  for (const [bin, count] of times) {
    seen += count;
    if (seen >= share * all) return Number((2 ** (bin / BINS)).toPrecision(2));
  }
  return null;
}
