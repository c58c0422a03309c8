import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import type { Reduce } from '../../../shared/author/reduce.ts';
import { count } from '../../../shared/author/reducers/count.ts';
import { statistics } from '../../../shared/author/reducers/statistics.ts';
import { judge } from '../../../shared/domain/retry.ts';
import type { Row } from '../../../shared/domain/row.ts';
import { csvCells, csvHeader, csvLines } from '../../../shared/storage/csv.ts';
import { type Answer, type City, row } from '../author/reducers/rows.ts';

const csvRows = <I, R>(reduce: Reduce<I, R>, rows: readonly Row<I, R>[]) =>
  csvLines(rows.map((row) => csvCells(reduce, row)));
const reduce = count<Record<string, unknown>, unknown>({ columns: ['a', 'b'] });
const line = (a: unknown, b: unknown = null) => csvRows(reduce, [{ ...row(1, 1), item: { a, b } }]);
const cellsOf = (text: string): string[][] => parse(text);

it('reads back as it went in, in order, with a header', () => {
  const by = statistics<City, Answer>({ value: 'km', label: 'city' });
  const city = 'Saint-Louis, "Île"\r\nde\tla; Réunion 🏝';
  const rows = [
    row(0, 1.5, { item: { city } }),
    { ...row(1, 0), status: 'FAILED', reason: 'http-500', result: null } as const,
    row(2, -12.5),
  ];
  expect(cellsOf(csvHeader(by) + csvRows(by, rows.slice(0, 2)) + csvRows(by, rows.slice(2)))).toEqual([
    ['id', 'city', 'km', 'status', 'reason'],
    ['0-0.0.0', city, '1.5', 'SUCCEEDED', ''],
    ['0-0.0.1', 'City 1', '', 'FAILED', 'http-500'],
    ['0-0.0.2', 'City 2', '-12.5', 'SUCCEEDED', ''],
  ]);
  expect(csvRows(by, [])).toBe('');
});

it('has a number that JavaScript would round to the digit, from the answer through its column', () => {
  const body = '{"a":3544790567247868102,"b":1e999,"c":0.1}';
  const verdict = judge({ kind: 'answer', httpStatus: 200, body, isJson: true, retryAfter: null, ms: 1 }, 0);
  const by = count<unknown, Record<string, unknown>>({ columns: ['a', 'b', 'c'] });
  const result = verdict.kind === 'succeeded' ? verdict.result : null;
  const text = csvRows<unknown, unknown>(by, [{ ...row(1, 1), item: null, result }]);
  expect(text).toBe('0-0.0.1,3544790567247868102,1e999,0.1,SUCCEEDED,\n');
});

describe('formulas', () => {
  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '＝1', '＋1', '－1', '＠x'])(
    '%j gets an apostrophe',
    (text) => {
      expect(cellsOf(line(text))[0]?.[1]).toBe(`'${text}`);
    },
  );

  it('are neutralised in column names and in nested values too', () => {
    expect(cellsOf(csvHeader(count({ columns: ['=cmd'] })))[0]?.[1]).toBe("'=cmd");
    expect(
      cellsOf(csvRows(reduce, [{ ...row(1, 1), item: {}, result: null, reason: '=1', status: 'FAILED' }]))[0]?.at(-1),
    ).toBe("'=1");
  });

  it('find no cell of their own where semicolons or tabs separate', () => {
    expect(line('x;=1+1', 'y\t=1')).toContain('"x;=1+1","y\t=1"');
  });

  it('are not what numbers are', () => {
    expect(line(-12.5, -0.000_000_1)).toBe('0-0.0.1,-12.5,-1e-7,SUCCEEDED,\n');
    expect(line(Number.NaN, Number.NEGATIVE_INFINITY)).toBe('0-0.0.1,,,SUCCEEDED,\n');
  });
});

it('shows booleans as words and what is nested as JSON', () => {
  expect(cellsOf(line(true, { x: [1, null] }))[0]).toEqual(['0-0.0.1', 'true', '{"x":[1,null]}', 'SUCCEEDED', '']);
  expect(line(false, null)).toBe('0-0.0.1,false,,SUCCEEDED,\n');
});
