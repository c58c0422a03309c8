import * as z from 'zod';

/** A bin's middle is within this relative error of the values in it: half of what a quantile may be off, the other half is for rounding. */
export const RELATIVE_ERROR = 0.0025;

const GAMMA = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR);
const LOG_GAMMA = Math.log(GAMMA);

/** `[count of zeros, positive bins, negative bins]`, the bins as {@link encode} writes them. */
export const sketchSchema = z.tuple([z.number().int().min(0), z.string(), z.string()]);
export type SketchJson = z.infer<typeof sketchSchema>;

export type Bins = Map<number, number>;

/** What a bin's values are within the relative error of, the bin's upper bound, and how many values it holds. */
export interface Bin {
  readonly value: number;
  readonly high: number;
  readonly count: number;
}

/**
 * A DDSketch (Masson, Rim, Lee: VLDB 2019): bin k counts the values in (γ^(k-1), γ^k], so any value of a bin is within
 * {@link RELATIVE_ERROR} of its representative. Bins are sparse: memory is bounded by distinct values, not by their range,
 * and two sketches merge by adding counts, so neither order nor grouping can change the result.
 */
export class Sketch {
  private zeros = 0;
  private readonly positive: Bins = new Map();
  private readonly negative: Bins = new Map();
  count = 0;

  /** `value` must be finite. */
  add(value: number, times = 1): void {
    this.count += times;
    const key = Math.ceil(Math.log(Math.abs(value)) / LOG_GAMMA);
    if (value === 0) this.zeros += times;
    else increase(value > 0 ? this.positive : this.negative, key, times);
  }

  /** Adds what `toJSON` gave. Throws TypeError where it isn't that. */
  mergeJson([zeros, positive, negative]: SketchJson): void {
    this.zeros += zeros;
    this.count += zeros + decode(positive, this.positive) + decode(negative, this.negative);
  }

  toJSON(): SketchJson {
    return [this.zeros, encode(this.positive), encode(this.negative)];
  }

  /** All bins that hold something, by value. */
  bins(): Bin[] {
    const negative = sorted(this.negative).reverse();
    return [
      ...negative.map(([key, count]) => ({ value: -middle(key), high: -(GAMMA ** (key - 1)), count })),
      ...(this.zeros > 0 ? [{ value: 0, high: 0, count: this.zeros }] : []),
      ...sorted(this.positive).map(([key, count]) => ({ value: middle(key), high: GAMMA ** key, count })),
    ];
  }
}

/** The value within the relative error of both bounds of a bin. */
const middle = (key: number) => GAMMA ** (key - 1) * (1 + RELATIVE_ERROR);

const sorted = (bins: Bins) => [...bins].sort(([a], [b]) => a - b);

export function increase(bins: Bins, key: number, by: number): void {
  bins.set(key, (bins.get(key) ?? 0) + by);
}

/** `gap[*count] …` in base 36: the gap to the key before, the count where it isn't 1. About 3 bytes a bin. */
export function encode(bins: Bins): string {
  let previous = 0;
  return sorted(bins)
    .map(([key, count]) => {
      const gap = (key - previous).toString(36);
      previous = key;
      return count === 1 ? gap : `${gap}*${count.toString(36)}`;
    })
    .join(' ');
}

function decode(text: string, into: Bins): number {
  let key = 0;
  let total = 0;
  if (text === '') return total;
  for (const part of text.split(' ')) {
    const star = part.indexOf('*');
    const gap = Number.parseInt(star < 0 ? part : part.slice(0, star), 36);
    const count = star < 0 ? 1 : Number.parseInt(part.slice(star + 1), 36);
    if (!Number.isSafeInteger(gap) || !(count > 0)) {
      throw new TypeError(`A sketch's bin must be <gap>[*<count>] in base 36, received ${JSON.stringify(part)}.`);
    }
    key += gap;
    total += count;
    increase(into, key, count);
  }
  return total;
}
