import fc from 'fast-check';
import * as simple from 'simple-statistics';
import { expect, it } from 'vitest';
import { statistics } from '../../../../shared/author/reducers/statistics.ts';
import type { SucceededRow } from '../../../../shared/domain/row.ts';
import { checkLaws } from '../../../../testing/check-laws.ts';
import { type Answer, type City, read, row } from './rows.ts';

const reduce = statistics<City, Answer>({ value: 'km', groupBy: 'country' });

/** As one of many, so that beyond a hundred different values there are estimates. */
function part(rows: readonly SucceededRow<City, Answer>[]) {
  const accumulator = reduce.startOne();
  for (const each of rows) accumulator.add(each);
  return accumulator;
}

// Sizes that differ by orders of magnitude, few distinct values, zeros, signs: not just a uniform range.
const positive = fc.oneof(
  fc.double({ min: 1e-6, max: 1e9, noNaN: true }),
  fc.double({ min: -6, max: 9, noNaN: true }).map((power) => 10 ** power),
  fc.integer({ min: 1, max: 10 }),
);
const any = fc.oneof(
  positive,
  positive.map((value) => -value),
  fc.constant(0),
);
const rowsOf = (values: fc.Arbitrary<number>) =>
  fc.array(values, { minLength: 1, maxLength: 400 }).map((list) => list.map((value, n) => row(n, value)));
const values = (rows: readonly SucceededRow<City, Answer>[]) => rows.map((each) => each.result.km);

it('agrees with an independent library on positive values: median, p95 and group medians within 1 %', () => {
  fc.assert(
    fc.property(rowsOf(positive), (rows) => {
      const list = values(rows);
      const summary = read(part(rows));
      const near = (actual: number | null | undefined, expected: number) =>
        expect(Math.abs((actual ?? Number.NaN) - expected)).toBeLessThanOrEqual(0.005_000_1 * expected);
      near(summary.median, simple.median(list));
      near(summary.p95, simple.quantile(list, 0.95));
      expect(summary).toMatchObject({ count: list.length, min: simple.min(list), max: simple.max(list) });
      expect(summary.mean).toBeCloseTo(simple.mean(list), 6);
      for (const { group, count, median } of summary.groups) {
        const members = values(rows.filter(({ item }) => item.country === group));
        expect(count).toBe(members.length);
        near(median, simple.median(members));
      }
      expect(summary.groups.reduce((sum, { count }) => sum + count, 0)).toBe(list.length);
    }),
  );
});

it('with zeros and signs: p95 within 1 %; an averaged median within 1 % of the values it lies between', () => {
  fc.assert(
    fc.property(rowsOf(any), (rows) => {
      const list = values(rows).sort((a, b) => a - b);
      const { median, p95 } = read(part(rows));
      const middle = [list[Math.ceil(list.length / 2) - 1] ?? 0, list[Math.floor(list.length / 2)] ?? 0];
      const tolerance = 0.005_000_1 * Math.max(...middle.map(Math.abs));
      expect(Math.abs((median ?? Number.NaN) - simple.median(list))).toBeLessThanOrEqual(tolerance);
      const above = list.filter((value) => value >= (p95 ?? Number.NaN) - Math.abs(p95 ?? 0) * 0.01).length;
      expect(above).toBeGreaterThanOrEqual(Math.floor(list.length * 0.05));
    }),
  );
});

it('keeps the laws of a reduce, whatever the numbers', () => {
  fc.assert(
    fc.property(rowsOf(any), fc.nat(), (rows, seed) => {
      checkLaws({ ...reduce, start: reduce.startOne }, rows, { seed, cases: 1 });
      checkLaws(reduce, rows, { seed, cases: 1 });
    }),
  );
});

it('draws a histogram of 1 to 30 adjoining buckets that hold every value, near its place', () => {
  fc.assert(
    fc.property(fc.oneof(rowsOf(any), rowsOf(fc.oneof(positive, fc.constant(0)))), (rows) => {
      const { histogram, min, max } = read(part(rows));
      expect(histogram.length).toBeGreaterThanOrEqual(1);
      expect(histogram.length).toBeLessThanOrEqual(30);
      histogram.slice(1).forEach((bucket, i) => {
        expect(bucket.from).toBe(histogram[i]?.to);
      });
      expect(histogram[0]?.from).toBeLessThanOrEqual(min ?? Number.NaN);
      expect(histogram.at(-1)?.to).toBeGreaterThanOrEqual(max ?? Number.NaN);
      let below = 0;
      for (const { to, count } of histogram.slice(0, -1)) {
        below += count;
        const slack = Math.abs(to) * 0.010_1;
        expect(below).toBeGreaterThanOrEqual(values(rows).filter((value) => value < to - slack).length);
        expect(below).toBeLessThanOrEqual(values(rows).filter((value) => value < to + slack).length);
      }
      expect(histogram.reduce((sum, { count }) => sum + count, 0)).toBe(rows.length);
    }),
  );
});

it('shows whatever numbers and texts there are: no run may fail to end for what a service answers', () => {
  const number = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(Number.MAX_VALUE, -Number.MAX_VALUE, Number.MIN_VALUE, -Number.MIN_VALUE, 0, -0, 1e300, 9e307),
  );
  const text = fc.string({ unit: 'binary', maxLength: 400 });
  const by = statistics<City, Answer>({ value: 'km', groupBy: 'country', label: 'city' });
  fc.assert(
    fc.property(fc.array(fc.tuple(number, text), { minLength: 1, maxLength: 40 }), (rows) => {
      const accumulator = by.start();
      for (const [i, [km, name]] of rows.entries())
        accumulator.add(row(i, km, { item: { city: name, country: name } }));
      // Reads what is checked as it is at a run's end.
      const { count, histogram } = read(accumulator);
      expect(count).toBe(rows.length);
      expect(histogram.reduce((sum, bucket) => sum + bucket.count, 0)).toBe(rows.length);
    }),
    {
      numRuns: 1_000,
      examples: [
        [
          [
            [0, ''],
            [Number.MAX_VALUE, ''],
          ],
        ],
        [
          [
            [-Number.MIN_VALUE, ''],
            [Number.MIN_VALUE, ''],
          ],
        ],
      ],
    },
  );
});
