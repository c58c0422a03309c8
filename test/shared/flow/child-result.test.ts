import { describe, expect, test } from 'vitest';
import { goesOn } from '../../../shared/flow/child-result.ts';

describe('what becomes of a child that did not succeed', () => {
  const RETRY = { attempts: 3, baseSeconds: 0, maxSeconds: 0 };
  const NOW = 1_000_000;
  const asked = { reason: 'http-429', body: null, retryAfterMs: 30_000 };
  const due = NOW + 30_000;

  test.each([
    [
      'pressure on the last try',
      { kind: 'pressure', ...asked },
      3,
      { kind: 'handed-back', due, isPressed: true, isSoon: false },
    ],
    [
      'pressure on the first try',
      { kind: 'pressure', ...asked },
      1,
      { kind: 'handed-back', due, isPressed: true, isSoon: false },
    ],
    ['a spent try with more to come', { kind: 'try-spent', ...asked }, 2, { kind: 'again', reason: 'http-429', due }],
    ['the last try spent', { kind: 'try-spent', ...asked }, 3, null],
    ['what is final', { kind: 'final', reason: 'http-404', body: null }, 1, null],
  ] as const)('%s', (_, verdict, attempts, expected) => {
    expect(goesOn(verdict, RETRY, attempts, 0, NOW)).toEqual(expected);
  });
});
