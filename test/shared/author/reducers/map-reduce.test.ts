import { expect, it } from 'vitest';
import { mapReduce } from '../../../../shared/author/reducers/map-reduce.ts';
import type { SucceededRow } from '../../../../shared/domain/row.ts';
import { checkLaws } from '../../../../testing/check-laws.ts';
import { type Answer, type City, row, sectionsOf } from './rows.ts';

const rows = Array.from({ length: 9 }, (_, n) => row(n, n));

/** Kilometres by country; combined in place. */
const reduce = mapReduce({
  columns: ['city'],
  zero: {},
  map: ({ item, result }: SucceededRow<City, Answer>): Record<string, number> => ({ [item.country ?? '']: result.km }),
  combine(a, b) {
    for (const [country, km] of Object.entries(b)) a[country] = (a[country] ?? 0) + km;
    return a;
  },
  finish: (all) => [
    {
      kind: 'bars',
      title: 'Kilometres',
      bars: Object.entries(all)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([label, value]) => ({ label, value })),
    },
  ],
});

it('comes to what its rows are mapped to, combined', () => {
  expect(sectionsOf(reduce, rows)).toMatchObject([
    {
      bars: [
        { label: 'AU', value: 9 },
        { label: 'FR', value: 12 },
        { label: 'US', value: 15 },
      ],
    },
  ]);
  expect(reduce.columns).toEqual(['city']);
});

it('starts from zero each time, though it is combined in place', () => {
  sectionsOf(reduce, rows);
  expect(sectionsOf(reduce, [])).toMatchObject([{ bars: [] }]);
});

it('keeps the laws of a reduce; what breaks them is found', () => {
  checkLaws(reduce, rows);
  const last = mapReduce<City, Answer, number>({
    zero: 0,
    map: ({ result }) => result.km,
    combine: (_, b) => b,
    finish: (value) => [{ kind: 'figures', title: 'Last', figures: [{ label: 'km', value }] }],
  });
  expect(() => checkLaws(last, rows)).toThrow(/breaks the law of/);
});

it.each<[unknown, string]>([
  [() => 0, 'holds a function'],
  [{ sum: [0, () => 0] }, 'holds a function at $.sum[1]'],
  [Number.NEGATIVE_INFINITY, 'holds -Infinity'],
  [0n, 'holds a bigint (give its text)'],
  [undefined, 'holds undefined'],
])('is refused with %s as zero', (zero, message) => {
  const options = { zero, map: Number, combine: Math.max, finish: () => [] };
  expect(() => Reflect.apply(mapReduce, undefined, [options])).toThrow(
    `zero: must be what no rows come to, as JSON, and ${message}`,
  );
});

it('is refused without what it is made of, and fails where it waits', () => {
  expect(() => Reflect.apply(mapReduce, undefined, [{ zero: 0, map: Number, finish: Number }])).toThrow(/combine/);
  const waits = mapReduce<City, Answer, unknown>({ zero: 0, map: async () => 1, combine: (a) => a, finish: () => [] });
  expect(() => waits.start().add(row(1, 1))).toThrow(/returned a promise/);
});
