import { expect, test } from 'vitest';
import { TimeLimitError, withinTime } from '../../../shared/storage/time-limit.ts';

test('what ends in time gives its value, and throws its own errors', () => {
  expect(withinTime(1_000, () => 7)).toBe(7);
  expect(withinTime(1_000, () => undefined)).toBeUndefined();
  const error = new RangeError('mine');
  expect(() =>
    withinTime(1_000, () => {
      throw error;
    }),
  ).toThrow(error);
});

test.each<[string, () => unknown]>([
  [
    'a loop without end',
    () => {
      for (;;);
    },
  ],
  [
    'one that catches all it can',
    () => {
      for (;;) {
        try {
          for (;;);
        } catch {}
      }
    },
  ],
  ['a regular expression', () => /^(a+)+$/.test(`${'a'.repeat(40)}b`)],
])('%s is stopped, and the next call is not', (_, task) => {
  expect(() => withinTime(20, task)).toThrow(TimeLimitError);
  expect(withinTime(1_000, () => 7)).toBe(7);
});
