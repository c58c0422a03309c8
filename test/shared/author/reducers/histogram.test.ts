import { expect, it } from 'vitest';
import { Distribution } from '../../../../shared/author/reducers/distribution.ts';
import { histogram } from '../../../../shared/author/reducers/histogram.ts';
import { RELATIVE_ERROR } from '../../../../shared/author/reducers/sketch.ts';

/** Whether no bucket spans more than another. */
function equallyWide(of: ReturnType<typeof histogram>): boolean {
  const widths = of.map(({ from, to }) => to - from);
  return Math.max(...widths) <= Math.min(...widths) * 1.001;
}

/** @param exact different values that are kept; by default none, so that there are bins */
function buckets(values: readonly number[], exact = 0) {
  const of = new Distribution(exact);
  for (const value of values) of.add(value);
  return histogram(of, Math.min(...values), Math.max(...values));
}

it('moves no value into another bar than the next, nor from further off than the note says', () => {
  const values = Array.from({ length: 20_000 }, (_, i) => 100 * Math.exp(Math.sin(i)));
  for (const { from, to, count } of buckets(values)) {
    const inside = (margin: number) =>
      values.filter((value) => value >= from * (1 + margin) && value < to * (1 - margin)).length;
    expect(count).toBeGreaterThanOrEqual(inside(2.01 * RELATIVE_ERROR));
    expect(count).toBeLessThanOrEqual(inside(-2.01 * RELATIVE_ERROR));
  }
});

it('is empty without values and one bucket where all are alike', () => {
  expect(histogram(new Distribution(9), Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY)).toEqual([]);
  expect(buckets([7, 7])).toEqual([{ from: 7, to: 7, count: 2 }]);
});

it('counts whole numbers at the bound they equal, not below it', () => {
  const marks = buckets([1, 2, 2, 3, 3, 3, 20]);
  const at = (value: number) => marks.find(({ from, to }) => from <= value && value < to)?.count;
  expect([1, 2, 3].map(at)).toEqual([1, 2, 3]);
});

it.each<[what: string, values: readonly number[]]>([
  ['few', [0, 1, 1, 2, 3, 3, 4, 5, 6, 7, 8, 9, 10]],
  ['marks of a hundred', Array.from({ length: 101 }, (_, i) => i)],
  ['skewed', [...Array.from({ length: 90 }, () => 1), ...Array.from({ length: 64 }, (_, i) => i + 1), 1_000]],
])('gives whole numbers whole bounds, and the largest no company in a bar of its neighbours: %s', (_, values) => {
  const of = new Distribution(1_000);
  for (const value of values) of.add(value);
  const all = histogram(of, Math.min(...values), Math.max(...values), true);
  for (const { from, to, count } of all) {
    expect([from, to].every(Number.isInteger)).toBe(true);
    expect(count).toBe(values.filter((value) => value >= from && value < to).length);
  }
});

it('has equally wide round buckets for an even spread, also below zero', () => {
  const even = buckets(Array.from({ length: 1_000 }, (_, i) => i - 500));
  expect(equallyWide(even)).toBe(true);
  expect(even).toHaveLength(20);
  expect(even[0]).toMatchObject({ from: -500, to: -450 });
});

it('grows its buckets where half of the values would stand in the first two', () => {
  const skewed = buckets(Array.from({ length: 1_000 }, (_, i) => 1_000_000 / (i + 1) ** 2));
  expect(equallyWide(skewed)).toBe(false);
  expect(Math.max(...skewed.map(({ count }) => count))).toBeLessThan(500);
});

it('is never finer than the sketch resolves', () => {
  expect(buckets(Array.from({ length: 100 }, (_, i) => 1_000 + i / 100)).length).toBeLessThanOrEqual(2);
});

it('keeps zeros in the first of growing buckets', () => {
  const zeros = buckets([
    ...Array.from({ length: 600 }, () => 0),
    ...Array.from({ length: 400 }, (_, i) => 0.5 * 1.03 ** i),
  ]);
  expect(zeros[0]).toMatchObject({ from: 0, count: expect.toSatisfy((count: number) => count >= 600 && count < 630) });
  expect(zeros.length).toBeGreaterThan(8);
});
