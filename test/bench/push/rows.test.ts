import { expect, test } from 'vitest';
import { allHold, type PushRow, runRow } from '../../../bench/push/rows.ts';
import { rowText } from '../../../bench/push/table.ts';
import { type Check, check } from '../../../bench/targets.ts';

const row = (measure: () => Promise<Check[]>): PushRow => ({ name: 'a rate', on: 'virtual time', measure });
const kept = row(async () => [check('calls', 'at most', 3, 3)]);

test('all hold where each was measured and kept', async () => {
  expect(allHold([await runRow(kept), await runRow(kept)])).toBe(true);
});

test.each([
  ['is broken', async () => [check('calls', 'at most', 3, 3), check('share', 'at least', 0.92, 0.9149)], '✗ share'],
  ['could not be measured', () => Promise.reject(new Error('No service.')), '✗ not measured: Error: No service.'],
  ['measured nothing', async () => [], 'a rate'],
])('one that %s is said, and not all hold', async (_, measure, said) => {
  const result = await runRow(row(measure));
  expect(allHold([await runRow(kept), result])).toBe(false);
  expect(rowText(result)).toContain(said);
});

test('a figure that misses its target by little is not rounded to it', async () => {
  expect(rowText(await runRow(row(async () => [check('share', 'at least', 0.92, 0.91996)])))).toContain('seen 0.91996');
});
