import { expect, it } from 'vitest';
import { topK } from '../../../../shared/author/reducers/top-k.ts';
import { checkLaws } from '../../../../testing/check-laws.ts';
import { type Answer, type City, row, sectionsOf, tableOf } from './rows.ts';

const rows = [5, 9, 1, 9, 3].map((km, n) => row(n, km));

it('lists the highest, equals in the order of the source', () => {
  const reduce = topK<City, Answer>({ by: 'km', unit: 'km', k: 3, show: ['city', 'country'] });
  const table = tableOf(reduce, [...rows].reverse());
  expect(table).toMatchObject({ key: 'km/highest', title: 'The 3 highest by km', ranked: true });
  expect(table.columns).toEqual([{ name: 'city' }, { name: 'country' }, { name: 'km', kind: 'number', unit: 'km' }]);
  expect(table.rows).toEqual([
    ['City 1', 'FR', 9],
    ['City 3', 'AU', 9],
    ['City 0', 'AU', 5],
  ]);
  expect(reduce.columns).toEqual(['city', 'country', 'km']);
});

it('lists the lowest, by ids where nothing else is shown', () => {
  const table = tableOf(
    topK<City, Answer>({ by: { name: 'detour', of: ({ result }) => result && -result.km }, order: 'lowest', k: 2 }),
    rows,
  );
  expect(table).toMatchObject({ key: 'detour/lowest', title: 'The 2 lowest by detour' });
  expect(table.rows).toEqual([
    ['0-0.0.1', -9],
    ['0-0.0.3', -9],
  ]);
});

it('passes over what is no number, and shows nothing of nothing', () => {
  expect(sectionsOf(topK<unknown, unknown>({ by: 'km' }), [row(1, Number.NaN)])).toEqual([]);
});

it('cuts long texts, and shows what is nested as JSON', () => {
  const show = topK<{ long: string; nested: number[]; none: number }, Answer>({
    by: 'km',
    show: ['long', 'nested', 'none'],
  });
  const item = { long: 'x'.repeat(5_000), nested: [1], none: Number.NaN };
  const [[long, nested, none] = []] = tableOf(show, [{ ...row(1, 1), item }]).rows;
  expect(String(long)).toMatch(/^x{150,}… #\w{16}$/);
  expect([nested, none]).toEqual(['[1]', null]);
});

it('keeps the laws of a reduce', () => {
  const many = Array.from({ length: 60 }, (_, n) => row(n, n % 7));
  for (const order of ['highest', 'lowest'] as const)
    checkLaws(topK<City, Answer>({ by: 'km', order, show: ['city'] }), many);
});
