import { expect, test } from 'vitest';
import { printRefused } from '../../../cli/commands/refused.ts';
import { Captured } from '../support.ts';

const refusal = { queue: 'work', reason: 'not-json', detail: 'It is no JSON.', excerpt: '' };

test.each([
  [9_999, ''],
  [10_000, 'There may be more than the 10,000 that were read'],
])('of %d messages the newest are printed, and it is said where there may be others', (length, said) => {
  const read = Array.from({ length }, (_, i) => ({ ...refusal, messageId: `m-${i}`, at: (i * 7_919) % 10_007 }));
  const terminal = { stdout: new Captured(), stderr: new Captured() };
  printRefused(read, { limit: 3, json: true }, terminal);
  const times: unknown = JSON.parse(terminal.stdout.text);
  const newest = read.map(({ at }) => at).sort((a, b) => b - a);
  expect(times).toMatchObject(newest.slice(0, 3).map((at) => ({ at: new Date(at).toISOString() })));
  expect(terminal.stderr.text.startsWith(said)).toBe(true);
  expect(terminal.stderr.text === '').toBe(said === '');
});
