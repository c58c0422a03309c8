import { expect, it } from 'vitest';
import { combineReducers } from '../../../../shared/author/reducers/combine-reducers.ts';
import { count } from '../../../../shared/author/reducers/count.ts';
import { groupBy } from '../../../../shared/author/reducers/group-by.ts';
import { statistics } from '../../../../shared/author/reducers/statistics.ts';
import { topK } from '../../../../shared/author/reducers/top-k.ts';
import { checkLaws } from '../../../../testing/check-laws.ts';
import { type Answer, type City, row, sectionsOf } from './rows.ts';

const rows = Array.from({ length: 40 }, (_, n) => row(n, n % 11));
const reduce = combineReducers({
  distance: statistics<City, Answer>({ value: 'km', top: 0, label: 'city' }),
  'by country': groupBy<City, Answer>('country', count({ columns: ['city', { name: 'km', of: () => 'another' }] })),
  nearest: topK<City, Answer>({ by: 'km', order: 'lowest' }),
});

it('gives the sections of each, under its name', () => {
  expect(sectionsOf(reduce, rows).map(({ key }) => key)).toEqual([
    'distance/km',
    'distance/km/histogram',
    'by country/by country',
    'nearest/km/lowest',
  ]);
});

it('has the columns of all, each once', () => {
  expect(reduce.columns).toEqual(['city', 'km', 'country']);
  expect(reduce.cells(row(1, 5))).toEqual(['City 1', 5, 'FR']);
});

it('keeps the laws of a reduce', () => {
  checkLaws(reduce, rows);
});

it('refuses what is no reduce, and parts of other reduces', () => {
  expect(() => Reflect.apply(combineReducers, undefined, [{}])).toThrow('must name a reduce');
  expect(() => Reflect.apply(combineReducers, undefined, [{ distance: {} }])).toThrow(
    /combineReducers: distance: must be a reduce/,
  );
  expect(() => reduce.start().merge([1, 2])).toThrow();
});
