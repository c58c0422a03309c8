import * as z from 'zod';
import { rounded, trimmed } from './rounding.ts';
import { type Bin, RELATIVE_ERROR, Sketch, sketchSchema } from './sketch.ts';

/** Different values and how often each was (no counts: once), or a sketch. */
export const distributionSchema = z.union([
  z.object({ values: z.array(z.number()), counts: z.array(z.int().min(1)) }),
  sketchSchema,
]);
export type DistributionJson = z.infer<typeof distributionSchema>;

/**
 * How numbers are spread: exactly, as long as there are at most so many different ones, and from then on as a {@link Sketch}. How many there
 * are of all is at least how many there are of any part, so neither order nor grouping can change the result.
 */
export class Distribution {
  #most: number;
  #exact = new Map<number, number>();
  #sketch: Sketch | null = null;
  count = 0;

  /** @param most different values that are kept */
  constructor(most: number) {
    this.#most = most;
  }

  get isExact(): boolean {
    return this.#sketch === null;
  }

  /** Largest relative error of a bin's value; 0 where each value is a bin of its own. */
  get relativeError(): number {
    return this.#sketch ? RELATIVE_ERROR : 0;
  }

  /** Different values that are kept; 0 of a sketch. */
  get different(): number {
    return this.#exact.size;
  }

  /** Keeps no more than so many different values from now on. */
  limitTo(most: number): void {
    this.#most = most;
    if (this.#exact.size > most) this.#begin();
  }

  /** `value` must be finite. */
  add(value: number, times = 1): void {
    this.count += times;
    if (this.#sketch) {
      this.#sketch.add(value, times);
      return;
    }
    this.#exact.set(value, (this.#exact.get(value) ?? 0) + times);
    if (this.#exact.size > this.#most) this.#begin();
  }

  /** Adds what `toJSON` gave. */
  merge(json: DistributionJson): void {
    if (Array.isArray(json)) {
      const sketch = this.#begin();
      const before = sketch.count;
      sketch.mergeJson(json);
      this.count += sketch.count - before;
      return;
    }
    for (const [i, value] of json.values.entries()) this.add(value, json.counts[i] ?? 1);
  }

  toJSON(): DistributionJson {
    if (this.#sketch) return this.#sketch.toJSON();
    const bins = this.bins();
    const isRepeated = bins.some(({ count }) => count > 1);
    return { values: bins.map(({ value }) => value), counts: isRepeated ? bins.map(({ count }) => count) : [] };
  }

  /** All values that there are, rising; or the sketch's bins. */
  bins(): Bin[] {
    if (this.#sketch) return this.#sketch.bins();
    return [...this.#exact].sort(([a], [b]) => a - b).map(([value, count]) => ({ value, high: value, count }));
  }

  /**
   * Quantiles `ps` (0 to 1), interpolated between neighbours as spreadsheets and NumPy do (Hyndman and Fan's definition 7); for 0.5
   * that is the textbook median. Estimates are rounded to what is known. Empty: NaN.
   * @param decimals that the values have at most; undefined where that isn't known
   */
  quantiles(ps: readonly number[], decimals?: number): number[] {
    const bins = this.bins();
    const at = (rank: number) => {
      let seen = 0;
      for (const { value, count } of bins) {
        seen += count;
        if (seen > rank) return this.isExact ? value : rounded(value, decimals);
      }
      return Number.NaN;
    };
    return ps.map((p) => {
      const position = (this.count - 1) * p;
      const [below, above] = [at(Math.floor(position)), at(Math.ceil(position))];
      const weight = position - Math.floor(position);
      if (below === above) return below;
      // Weighed one by one: the difference of two large values may overflow.
      const between = below * (1 - weight) + above * weight;
      const known = this.isExact ? trimmed(between) : rounded(between);
      return Math.min(Math.max(known, below), above);
    });
  }

  /** The sketch, with all that was kept exactly until now. */
  #begin(): Sketch {
    if (this.#sketch) return this.#sketch;
    const sketch = new Sketch();
    for (const [value, times] of this.#exact) sketch.add(value, times);
    this.#exact = new Map();
    this.#sketch = sketch;
    return sketch;
  }
}
