import fc from 'fast-check';
import * as simple from 'simple-statistics';
import { describe, expect, it } from 'vitest';
import { Distribution, distributionSchema } from '../../../../shared/author/reducers/distribution.ts';

function of(values: readonly number[], most: number): Distribution {
  const distribution = new Distribution(most);
  for (const value of values) distribution.add(value);
  return distribution;
}

const stored = (distribution: Distribution) => distributionSchema.parse(JSON.parse(JSON.stringify(distribution)));
const integers = fc.array(fc.integer({ min: -500, max: 2_000 }), { minLength: 1, maxLength: 300 });

describe('quantiles', () => {
  it('are exact as long as so few different values are known, however often each was', () => {
    fc.assert(
      fc.property(integers, fc.double({ min: 0, max: 1, noNaN: true }), (values, p) => {
        const distribution = of([...values, ...values], values.length);
        const sorted = [...values, ...values].sort((a, b) => a - b);
        const position = (sorted.length - 1) * p;
        const [below = 0, above = 0] = [sorted[Math.floor(position)], sorted[Math.ceil(position)]];
        expect(distribution.isExact).toBe(true);
        const exact = below + (above - below) * (position % 1);
        // Twelve digits are kept.
        expect(Math.abs((distribution.quantiles([p])[0] ?? Number.NaN) - exact)).toBeLessThan(
          1e-9 + 1e-11 * Math.abs(exact),
        );
        expect(distribution.quantiles([0.5])[0]).toBe(simple.median(sorted));
      }),
    );
  });

  it('beyond that are within 0.5 % of a value there is, and have no more decimals than the values', () => {
    fc.assert(
      fc.property(integers, fc.integer({ min: 0, max: 2 }), (whole, decimals) => {
        const values = [...whole, 5_000, 5_001].map((value) => Number((value / 10 ** decimals).toFixed(decimals)));
        const odd = values.length % 2 === 1 ? values : [...values, 0];
        const distribution = of(odd, 1);
        expect(distribution.isExact).toBe(false);
        const [median = 0] = distribution.quantiles([0.5], decimals);
        expect(Math.abs(median - simple.median(odd))).toBeLessThanOrEqual(0.005 * Math.abs(simple.median(odd)));
        expect(Number(median.toFixed(decimals))).toBe(median);
      }),
    );
  });

  it('of whole numbers are whole where they are small', () => {
    expect(of([49, 50, 51], 0).quantiles([0, 0.5, 1], 0)).toEqual([49, 50, 51]);
    expect(of([49, 50], 0).quantiles([0.5], 0)).toEqual([49.5]);
    expect(of([0.1, 0.2], 9).quantiles([0.5])).toEqual([0.15]);
  });

  it('have no digits of noise', () => {
    const values = Array.from({ length: 20 }, (_, i) => (i < 19 ? 925 : 946));
    expect(of(values, 9).quantiles([0.95])).toEqual([926.05]);
    expect(of([49, 50], 9).quantiles([0.1])).toEqual([49.1]);
  });

  it('stay within what can be said: at the ends of the numbers, and of nothing', () => {
    const { MAX_VALUE, MIN_VALUE } = Number;
    expect(of([-MAX_VALUE, MAX_VALUE, MIN_VALUE], 9).quantiles([0, 0.5, 1])).toEqual([
      -MAX_VALUE,
      MIN_VALUE,
      MAX_VALUE,
    ]);
    expect(of([], 9).quantiles([0.5])).toEqual([Number.NaN]);
  });
});

it('comes to the same in any parts, merged in any order, whichever of them were exact', () => {
  fc.assert(
    fc.property(integers, integers, fc.integer({ min: 1, max: 400 }), (one, other, most) => {
      const whole = of([...one, ...other], most);
      for (const [first, second] of [
        [one, other],
        [other, one],
      ] as const) {
        const merged = new Distribution(most);
        merged.merge(stored(of(first, most)));
        merged.merge(stored(of(second, most)));
        expect(stored(merged)).toEqual(stored(whole));
        expect(merged.count).toBe(whole.count);
      }
    }),
  );
});
