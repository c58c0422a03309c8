import { expect, test } from 'vitest';
import { cell, columnsOf } from '../../../shared/author/columns.ts';
import type { Row } from '../../../shared/domain/row.ts';

test.each([
  ['text', 'a', 'a'],
  ['a number', 1.5, 1.5],
  ['nothing', undefined, null],
  ['a list', [1, { a: null }], '[1,{"a":null}]'],
  ['a time', new Date(0), '1970-01-01T00:00:00.000Z'],
  ['what has a JSON of its own', { at: new Date(0) }, '{"at":"1970-01-01T00:00:00.000Z"}'],
])('%s is a cell', (_, value, shown) => {
  expect(cell(value)).toBe(shown);
});

/** As plain JavaScript gives it. */
const untyped = (value: unknown) => Object.assign({ value: JSON.parse('null') }, { value }).value;

function* numbers() {
  yield 1;
}
const loop: Record<string, unknown> = {};
loop.self = loop;

test.each<[string, unknown, string]>([
  ['a Map', new Map(), 'is an instance of Map'],
  ['a Set', new Set([1]), 'is an instance of Set'],
  ['an Error', new Error('secret'), 'is an instance of Error'],
  ['a generator', numbers(), 'is an instance of'],
  ['a function', () => 1, 'is a function'],
  ['a symbol', Symbol('x'), 'is a symbol'],
  ['a bigint', 1n, 'is a bigint'],
  ['a time that is none', new Date(Number.NaN), 'is an instance of Date'],
  ['NaN in an object', { a: Number.NaN }, 'has NaN at $.a'],
  ['a circle', loop, 'nested too deep'],
])('%s is none: its row fails by the column, and no text of it is told', (_, value, why) => {
  const { cells } = columnsOf<unknown, unknown>([{ name: 'odd', of: () => untyped(value) }]);
  const child = { id: '0-0.0.0', item: 1, attempts: 1, ms: 1, at: 1 };
  const row: Row = { ...child, status: 'SUCCEEDED', reason: null, result: 1, excerpt: null };
  expect(() => cells(row)).toThrow(/^Column "odd" can't be made for child 0-0\.0\.0: /);
  expect(() => cell(value)).toThrow(why);
  expect(() => cell(value)).not.toThrow('secret');
});
