import { describe, expect, it } from 'vitest';
import { combineReducers } from '../../../../shared/author/reducers/combine-reducers.ts';
import { groupBy } from '../../../../shared/author/reducers/group-by.ts';
import { MAX_GROUPS, OTHER } from '../../../../shared/author/reducers/groups.ts';
import { mapReduce } from '../../../../shared/author/reducers/map-reduce.ts';
import { statistics } from '../../../../shared/author/reducers/statistics.ts';
import { topK } from '../../../../shared/author/reducers/top-k.ts';
import { DefinitionError } from '../../../../shared/domain/errors.ts';
import { checkLaws } from '../../../../testing/check-laws.ts';
import { type Answer, type City, row, tableOf } from './rows.ts';

const rows = Array.from({ length: 7 }, (_, n) => row(n, n));

describe('groupBy', () => {
  it('counts the children of each group, largest first', () => {
    const { columns, rows: lines, title } = tableOf(groupBy<City, Answer>('country'), rows);
    expect(title).toBe('By country');
    expect(columns.map(({ name }) => name)).toEqual(['country', 'Children']);
    expect(lines).toEqual([
      ['AU', 3],
      ['FR', 2],
      ['US', 2],
    ]);
  });

  it('shows the figures that a reduce gives of each', () => {
    const { columns, rows: lines } = tableOf(groupBy('country', statistics<City, Answer>({ value: 'km' })), rows);
    expect(columns.map(({ name }) => name)).toEqual([
      ...['country', 'Children', 'Measured', 'Minimum', 'Median', 'Mean', '95th percentile', 'Maximum'],
    ]);
    expect(lines[0]).toEqual(['AU', 3, 3, 0, expect.closeTo(3, 1), 3, expect.closeTo(5.7, 1), 6]);
  });

  it('tells figures of one label apart by their sections, and a text from a number', () => {
    const both = mapReduce<City, Answer, number>({
      zero: 0,
      map: () => 1,
      combine: (a, b) => a + b,
      finish: (n) => [
        { kind: 'figures', title: 'a', figures: [{ label: 'n', value: n, unit: 'km' }] },
        { kind: 'figures', title: 'b', key: 'bee', figures: [{ label: 'n', value: 'text' }] },
      ],
    });
    const { columns, rows: lines } = tableOf(groupBy('country', both), rows);
    expect(columns.slice(2)).toEqual([{ name: 'a: n', kind: 'number', unit: 'km' }, { name: 'bee: n' }]);
    expect(lines[0]).toEqual(['AU', 3, 3, 'text']);
  });

  it('groups by several names, which stay apart whatever is in them; rows without one are told apart', () => {
    const by = groupBy<City, Answer>(['city', { name: 'near', of: ({ result }) => result && result.km < 3 }]);
    const of = (n: number, city: string) => row(n, n, { item: { city } });
    const { columns, rows: lines } = tableOf(by, [of(1, 'a","b'), of(5, 'a","b'), of(1, ''), of(1, 'a')]);
    expect(columns.map(({ name }) => name)).toEqual(['city', 'near', 'Children']);
    expect(new Set(lines.map((cells) => cells.join()))).toEqual(
      new Set(['a","b,true,1', 'a","b,false,1', '(none),true,1', 'a,true,1']),
    );
    expect(by.columns).toEqual(['city', 'near']);
  });

  it('keeps so many groups, the same in any order and split', () => {
    const of = (n: number) =>
      row(n, n, { item: { city: 'x', country: String((n * 7_919) % 100_003).padStart(6, '0') } });
    const many = Array.from({ length: 2 * MAX_GROUPS + 500 }, (_, n) => of(n));
    const reduce = groupBy<City, Answer>('country');
    const { rows: lines } = tableOf(reduce, many);
    expect(lines).toHaveLength(MAX_GROUPS + 1);
    expect(lines.at(-1)).toEqual([OTHER, MAX_GROUPS + 500]);
    checkLaws(reduce, many.slice(0, MAX_GROUPS + 50), { cases: 1 });
  });

  it('has the columns of its keys, then those of the reduce', () => {
    const by = groupBy('country', statistics<City, Answer>({ value: 'km', label: 'city', groupBy: 'country' }));
    expect(by.columns).toEqual(['country', 'city', 'km']);
    expect(by.cells(row(1, 5))).toEqual(['FR', 'City 1', 5]);
  });

  it('keeps the laws of a reduce', () => {
    checkLaws(groupBy(['country', 'city'], statistics<City, Answer>({ value: 'km' })), [...rows, ...rows]);
  });

  it('is refused with what is no reduce, or no name', () => {
    const wrong =
      (...given: unknown[]) =>
      () =>
        Reflect.apply(groupBy, undefined, given);
    expect(wrong('country', 5)).toThrow(/reduce: groupBy: reduce: must be a reduce/);
    expect(wrong([])).toThrow(DefinitionError);
    expect(wrong('')).toThrow(/reduce: groupBy: by/);
  });

  it.each([
    ['topK', topK({ by: 'km' })],
    ['groupBy', groupBy('city')],
    ['combineReducers of tables', combineReducers({ top: topK({ by: 'km' }), cities: groupBy('city') })],
  ])('is refused with a reduce that gives no figures: %s', (_, reduce) => {
    expect(() => groupBy('country', reduce)).toThrow(/reduce: groupBy: reduce: must give figures, as count\(\)/);
    const withFigures = combineReducers({ reduce, km: statistics({ value: 'km' }) });
    expect(() => groupBy('country', withFigures)).not.toThrow();
  });
});
