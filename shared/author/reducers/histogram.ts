import type { Distribution } from './distribution.ts';
import { trimmed as tidy } from './rounding.ts';
import type { Statistics } from './statistics-sections.ts';

type Histogram = Statistics['histogram'];

const WANTED = 24;
const MOST = 30;
/** Bounds within a decade, finest first: nearly equal ratios, so that a smooth distribution looks smooth. */
const SERIES = [[1, 1.6, 2.5, 4, 6.3], [1, 2, 5], [1, 3], [1]] as const;

/**
 * 1 to 30 buckets with round bounds over all values of a distribution, each [from, to), the last including `to`. They are equally wide, unless
 * the values are positive and so skewed that half of them would stand in the first two: then their bounds grow as
 * 1, 2, 5, 10 do. Whole numbers have whole bounds, and the last one lies above them all: no bucket holds a value more than another as wide.
 * Near a bound a value may be counted in the neighbouring bucket, as far as a sketch's error reaches.
 * @param areWhole whether the values are whole numbers
 */
export function histogram(of: Distribution, min: number, max: number, areWhole = false): Histogram {
  if (of.count === 0) return [];
  const bins = of.bins();
  const [low = min, median = min] = of.quantiles([0.005, 0.5]);
  const linear = linearBounds(min, max, of.relativeError, areWhole);
  const second = linear[2];
  const skewed = min >= 0 && second !== undefined && linear.length > 8 && median < second;
  // Zeros stand in the first bucket, whatever the next larger value is.
  const smallest = bins.find(({ value }) => value > 0)?.high ?? max;
  const bounds = skewed ? growingBounds(min, low > 0 ? low : smallest, max, areWhole) : linear;

  // Rounding of the bounds leaves no value outside, and no bound beyond the range of numbers.
  bounds[0] = finite(Math.min(bounds[0] ?? min, min), min);
  bounds[bounds.length - 1] = finite(Math.max(bounds.at(-1) ?? max, max), max);
  const counts = new Array<number>(Math.max(1, bounds.length - 1)).fill(0);
  let at = 0;
  for (const bin of bins) {
    // A bin's upper bound, not its middle: a whole number then stays at or above the bound it equals.
    const value = Math.min(bin.high, max);
    while (at < counts.length - 1 && value >= (bounds[at + 1] ?? max)) at++;
    counts[at] = (counts[at] ?? 0) + bin.count;
  }
  return counts.map((count, i) => ({ from: bounds[i] ?? min, to: bounds[i + 1] ?? max, count }));
}

const finite = (value: number, otherwise: number) => (Number.isFinite(value) ? value : otherwise);

/** Bounds step, 2 × step … around [min, max]; never finer than a sketch resolves. */
function linearBounds(min: number, max: number, relativeError: number, areWhole: boolean): number[] {
  const span = max - min;
  const largest = Math.max(Math.abs(min), Math.abs(max));
  if (!(span > largest * 1e-9) || !Number.isFinite(span)) return [min, max];
  const step = niceAtLeast(Math.max(span / WANTED, Math.min(span, largest * 4 * relativeError)), areWhole);
  // At both ends of the numbers' range there is no round step.
  if (!(step > 0 && step < Number.POSITIVE_INFINITY)) return [min, max];
  const first = Math.floor(min / step);
  // The largest value stands in the last bucket even where it equals its upper bound.
  const last = areWhole ? Math.floor(max / step) + 1 : Math.max(first + 1, Math.ceil(max / step));
  return Array.from({ length: last - first + 1 }, (_, i) => tidy((first + i) * step));
}

/** From min over a first round number near `low` to the first one at or above max. */
function growingBounds(min: number, low: number, max: number, areWhole: boolean): number[] {
  const isPast = (bound: number) => (areWhole ? bound > max : bound >= max);
  let bounds: number[] = [];
  for (const series of SERIES) {
    bounds = [];
    for (let decade = Math.floor(Math.log10(low)); bounds.length <= 700; decade++) {
      for (const mantissa of series) {
        const exactly = mantissa * 10 ** decade;
        const bound = areWhole ? Math.round(exactly) : tidy(exactly);
        const before = bounds.at(-1);
        if (bound >= low && (before === undefined || (bound > before && !isPast(before)))) bounds.push(bound);
      }
      if (isPast(bounds.at(-1) ?? 0)) break;
    }
    if (bounds[0] !== undefined && bounds[0] > min) bounds.unshift(bounds[0] > 10 * min ? 0 : tidy(min));
    if (bounds.length <= MOST + 1) break;
  }
  return bounds.length <= MOST + 1 ? bounds : [min, ...bounds.slice(-MOST)];
}

function niceAtLeast(value: number, areWhole: boolean): number {
  const decade = 10 ** Math.floor(Math.log10(value));
  const nice = [1, 2, 2.5, 5, 10].map((factor) => tidy(factor * decade));
  const fitting = nice.find((step) => step >= value * (1 - 1e-9) && (!areWhole || Number.isInteger(step)));
  return fitting ?? Math.max(10 * decade, areWhole ? 1 : 0);
}
