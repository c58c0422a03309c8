import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { CALL_FAILURES, meaningOfFailure } from '../../../shared/domain/answers.ts';
import { type CallResult, judge, nextDue } from '../../../shared/domain/retry.ts';

const NOW = Date.UTC(2026, 10, 3, 12);
const answer = (httpStatus: number, over: Partial<CallResult & { kind: 'answer' }> = {}): CallResult => ({
  kind: 'answer',
  httpStatus,
  body: '{"km":1}',
  isJson: true,
  retryAfter: null,
  ms: 3,
  ...over,
});

describe('an answer', () => {
  test.each([
    ['200 with JSON', answer(200), { km: 1 }],
    ['201', answer(201), { km: 1 }],
    ['299', answer(299), { km: 1 }],
    ['204 without a body', answer(204, { body: '', isJson: false }), null],
    ['200 with an empty body called JSON', answer(200, { body: '' }), null],
    ['200 with JSON null', answer(200, { body: 'null' }), null],
    ['200 with text', answer(200, { body: 'ok', isJson: false }), 'ok'],
    ['200 with JSON that is not called so', answer(200, { body: '{"km":1}', isJson: false }), { km: 1 }],
    ['200 with a list that is not called JSON', answer(200, { body: ' [7]\n', isJson: false }), [7]],
    ['200 with a number', answer(200, { body: ' 7\n' }), 7],
    ['200 with a number that is not called JSON', answer(200, { body: ' 7\n', isJson: false }), ' 7\n'],
    ['200 with null that is not called JSON', answer(200, { body: 'null', isJson: false }), 'null'],
    ['200 with true that is not called JSON', answer(200, { body: 'true', isJson: false }), 'true'],
    [
      '200 with digits that are not called JSON',
      answer(200, { body: '340434161094015902', isJson: false }),
      '340434161094015902',
    ],
    ['200 with leading zeros that are not called JSON', answer(200, { body: '007', isJson: false }), '007'],
    ['200 with an exponent that is not called JSON', answer(200, { body: '1234e56', isJson: false }), '1234e56'],
    ['200 with an id beyond 2^53', answer(200, { body: '{"id":3544790567247868102}' }), { id: '3544790567247868102' }],
    [
      '200 with one that is not called JSON',
      answer(200, { body: '{"id":3544790567247868102}', isJson: false }),
      { id: '3544790567247868102' },
    ],
    [
      '200 with many levels that are not called JSON',
      answer(200, { body: '['.repeat(600) + ']'.repeat(600), isJson: false }),
      '['.repeat(600) + ']'.repeat(600),
    ],
    ['200 with broken JSON that is not called so', answer(200, { body: '{"km":', isJson: false }), '{"km":'],
  ])('%s succeeds', (_, call, result) => {
    expect(judge(call, NOW)).toEqual({ kind: 'succeeded', result });
  });

  test.each([
    ['408', answer(408), 'http-408'],
    ['425', answer(425), 'http-425'],
    ['500', answer(500), 'http-500'],
    ['599', answer(599), 'http-599'],
    ['broken JSON', answer(200, { body: '{"km":' }), 'invalid-json'],
  ])('%s is worth another call', (_, call, reason) => {
    expect(judge(call, NOW)).toMatchObject({ kind: 'try-spent', reason, retryAfterMs: 0 });
  });

  test.each([
    ['429', answer(429), 'http-429'],
    ['503', answer(503), 'http-503'],
    ['a right that AWS misses', answer(403, { fromAws: true }), 'http-403'],
  ])('%s is pressure', (_, call, reason) => {
    expect(judge(call, NOW)).toMatchObject({ kind: 'pressure', reason, retryAfterMs: 0 });
  });

  test.each([
    ['400', answer(400), 'http-400'],
    ['401', answer(401), 'http-401'],
    ['403', answer(403), 'http-403'],
    ['404', answer(404), 'http-404'],
    ['409', answer(409), 'http-409'],
    ['422', answer(422), 'http-422'],
    ['a redirect, which is not followed', answer(302), 'http-302'],
    ['304', answer(304), 'http-304'],
    ['a promise of a callback', answer(202), 'http-202-not-supported'],
  ])('%s fails at once, with the body for an excerpt', (_, call, reason) => {
    expect(judge(call, NOW)).toEqual({ kind: 'final', reason, body: '{"km":1}' });
  });

  test('carries the wait its service asked for', () => {
    expect(judge(answer(429, { retryAfter: '7' }), NOW)).toMatchObject({ retryAfterMs: 7_000 });
    expect(judge(answer(503, { retryAfter: 'soon' }), NOW)).toMatchObject({ retryAfterMs: 0 });
    // Its clock is an hour ahead of ours: the wait it means is thirty seconds.
    const retryAfter = 'Tue, 03 Nov 2026 13:00:30 GMT';
    const date = 'Tue, 03 Nov 2026 13:00:00 GMT';
    expect(judge(answer(503, { retryAfter, date }), NOW)).toMatchObject({ retryAfterMs: 30_000 });
    expect(judge(answer(503, { retryAfter, date: 'today' }), NOW)).toMatchObject({ retryAfterMs: 3_630_000 });
  });
});

test.each(CALL_FAILURES)('no answer: %s', (reason) => {
  const kind = meaningOfFailure(reason);
  expect(judge({ kind: 'failure', reason, ms: 1 }, NOW)).toMatchObject({ kind, reason });
});

test('JSON nested too deep is final', () => {
  const body = '['.repeat(5_000) + ']'.repeat(5_000);
  expect(judge(answer(200, { body }), NOW)).toEqual({ kind: 'final', reason: 'answer-too-deep', body });
});

test('every answer comes to something, and only 2xx to success', () => {
  const bodies = fc.oneof(fc.string(), fc.json());
  fc.assert(
    fc.property(
      fc.integer({ min: 200, max: 599 }),
      bodies,
      fc.boolean(),
      fc.option(fc.string()),
      (status, body, isJson, retryAfter) => {
        const verdict = judge(answer(status, { body, isJson, retryAfter }), NOW);
        if (verdict.kind === 'succeeded') expect([Math.floor(status / 100), status === 202]).toEqual([2, false]);
        else expect(verdict.reason).toMatch(/^[a-z0-9-]+$/);
        if ('retryAfterMs' in verdict) expect(verdict.retryAfterMs).toBeGreaterThanOrEqual(0);
      },
    ),
  );
});

test('an answer is parsed once, whatever its service calls it', () => {
  const parse = vi.spyOn(JSON, 'parse');
  for (const isJson of [true, false]) judge(answer(200, { isJson }), NOW);
  expect(parse).toHaveBeenCalledTimes(2);
  judge(answer(200, { body: 'ok', isJson: false }), NOW);
  judge(answer(500), NOW);
  expect(parse).toHaveBeenCalledTimes(2);
  parse.mockRestore();
});

describe('the next call', () => {
  const retry = { attempts: 5, baseSeconds: 2, maxSeconds: 900 };

  test('waits at random within a window that doubles with each call, up to its cap', () => {
    const latest = (tries: number) => nextDue(retry, tries, 0, 1 - Number.EPSILON, NOW) - NOW;
    expect([1, 2, 3, 8, 9, 20].map(latest)).toEqual([3_999, 7_999, 15_999, 511_999, 899_999, 899_999]);
    expect(nextDue(retry, 3, 0, 0, NOW)).toBe(NOW);
    expect(nextDue(retry, 3, 0, 0.5, NOW)).toBe(NOW + 8_000);
  });

  test('is never before Retry-After, which itself is not trusted beyond half a day', () => {
    expect(nextDue(retry, 1, 60_000, 0.5, NOW)).toBe(NOW + 60_000);
    expect(nextDue(retry, 9, 60_000, 0.5, NOW)).toBe(NOW + 450_000);
    expect(nextDue(retry, 1, 0.1, 0, NOW)).toBe(NOW + 1);
    expect(nextDue(retry, 1, Number.POSITIVE_INFINITY, 0, NOW)).toBe(NOW + 12 * 3_600_000);
    expect(nextDue(retry, 1, 1e12, 0, NOW)).toBe(NOW + 12 * 3_600_000);
  });

  test('stays within its bounds for any policy and any number of calls', () => {
    const policies = fc.record({
      attempts: fc.constant(20),
      baseSeconds: fc.double({ min: 0, max: 900, noNaN: true }),
      maxSeconds: fc.double({ min: 0, max: 43_200, noNaN: true }),
    });
    const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(
        policies,
        fc.oneof(fc.nat(20), fc.constantFrom(1_023, 1_024, 5_000)),
        chance,
        (policy, tries, random) => {
          const wait = nextDue(policy, tries, 0, random, NOW) - NOW;
          expect(Number.isInteger(wait)).toBe(true);
          expect(wait).toBeGreaterThanOrEqual(0);
          expect(wait).toBeLessThanOrEqual(policy.maxSeconds * 1_000);
        },
      ),
    );
  });
});

describe('the service can say more than its status', () => {
  const says = (retry: string | null, reason: string | null = null) => ({ says: { retry, reason } });
  test.each<[string, CallResult, object]>([
    ['never', answer(503, says('never')), { kind: 'final', reason: 'http-503' }],
    ['never, where tries were left', answer(500, says('Never')), { kind: 'final', reason: 'http-500' }],
    ['after a while', answer(500, says('after=30')), { kind: 'try-spent', retryAfterMs: 30_000 }],
    ['after a while, where it was final', answer(422, says('after=5')), { kind: 'try-spent', retryAfterMs: 5_000 }],
    ['after a while, of pressure', answer(429, says('after=5')), { kind: 'pressure', retryAfterMs: 5_000 }],
    ['a reason', answer(422, says(null, 'no-such-company')), { kind: 'final', reason: 'no-such-company' }],
    ['what is no reason code', answer(422, says(null, '=cmd|x')), { kind: 'final', reason: 'http-422' }],
    ['a reason that is too long', answer(422, says(null, 'a'.repeat(65))), { reason: 'http-422' }],
    ['what nobody understands', answer(500, says('soon')), { kind: 'try-spent', retryAfterMs: 0 }],
    ['it, though it succeeded', answer(200, says('never', 'no')), { kind: 'succeeded', result: { km: 1 } }],
  ])('%s', (_, call, expected) => {
    expect(judge(call, NOW)).toMatchObject(expected);
  });
});
