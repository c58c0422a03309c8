import { expect, describe as group, test } from 'vitest';
import { describe, fraction, position } from '../../cli/progress-words.ts';
import type { RunProgress } from '../../shared/control/status.ts';
import { RECORD, runProgress } from './run-progress.ts';

const withCanary = ({ record, ...progress }: RunProgress): RunProgress => ({
  ...progress,
  record: { ...record, canary: 10 },
});

group('the line', () => {
  test.each([
    {
      says: '0 / 256+ · 0/s · 0 failed · reading the source',
      of: runProgress({ total: 256, totalKnown: false }, 'splitting'),
      rate: 0,
    },
    { says: 'reading the source', of: runProgress({ total: 0, totalKnown: false }, 'splitting'), rate: 0 },
    { says: 'stopping: waiting for open calls', of: runProgress({ total: 0, totalKnown: false }, 'closing'), rate: 0 },
    { says: '0 / 1,000 · 0/s · 0 failed · starting', of: runProgress(), rate: 0 },
    {
      says: '0 / 1,000 · 0/s · 0 failed · 1,234 retried (connection-refused) · the service refuses connections: waiting to try again',
      of: runProgress({ retried: 1_234, retriedFor: 'connection-refused' }),
      rate: 0,
    },
    { says: '500 / 1,000 · 100/s · 3 failed · 5 s left', of: runProgress({ succeeded: 497, failed: 3 }), rate: 100 },
    { says: '500 / 1,000 · 2.5/s · 0 failed · 3 min left', of: runProgress({ succeeded: 500 }), rate: 2.5 },
    { says: '1 / 1,000 · 0.1/s · 0 failed · 2.8 h left', of: runProgress({ succeeded: 1 }), rate: 0.1 },
    // Read once: no pace, and nobody knows whether it stands still.
    { says: '8 / 1,000 · 0 failed · calling', of: runProgress({ succeeded: 8 }), rate: null },
    {
      says: '8 / 1,000 · 0 failed · 2 retried (http-503) · calling',
      of: runProgress({ succeeded: 8, retried: 2, retriedFor: 'http-503' }),
      rate: null,
    },
    { says: '0 / 1,000 · 0 failed · starting', of: runProgress(), rate: null },
    {
      says: '990 / 1,000 · 0/s · 0 failed · 40 retried (http-503) · waiting to try again',
      of: runProgress({ succeeded: 990, retried: 40, retriedFor: 'http-503' }),
      rate: 0,
    },
    {
      says: '990 / 1,000 · 0/s · 0 failed · 10 waiting for a callback · waiting for the callbacks',
      of: runProgress({ succeeded: 990, waiting: 10 }),
      rate: 0,
    },
    { says: '990 / 1,000 · 0/s · 0 failed · waiting for the last 10', of: runProgress({ succeeded: 990 }), rate: 0 },
    {
      says: '3 / 10+ · 1.0/s · 0 failed · calling the first 10 alone, to see how they go',
      of: withCanary(runProgress({ succeeded: 3, total: 10, totalKnown: false }, 'splitting')),
      rate: 1,
    },
    {
      says: '10 / 10+ · 0/s · 1 failed · checking how the first 10 went',
      of: withCanary(runProgress({ succeeded: 9, failed: 1, total: 10, totalKnown: false }, 'splitting')),
      rate: 0,
    },
    {
      says: '1,000 / 1,000 · 2 failed · 7 cancelled · cancelled',
      of: runProgress({ succeeded: 991, failed: 2, cancelled: 7 }, 'cancelled'),
      rate: 0,
    },
    {
      says: '1,000 / 1,000 · 90/s · 2 failed · making the report',
      of: runProgress({ succeeded: 998, failed: 2 }),
      rate: 90,
    },
    {
      says: '1,000 / 1,000 · 90/s · 2 failed · making the report',
      // Its counters lag behind.
      of: runProgress({ succeeded: 700, failed: 2 }, 'finishing'),
      rate: 90,
    },
    { says: '10 / 1,000 · 0/s · 0 failed · paused', of: runProgress({ succeeded: 10 }, 'paused'), rate: 0 },
    {
      says: '1,000 / 1,000 · 2 failed · succeeded with failures',
      of: runProgress({ succeeded: 998, failed: 2 }, 'succeeded-with-failures'),
      rate: 7,
    },
    { says: '0 / 0 · 0 failed · succeeded', of: runProgress({ total: 0 }, 'succeeded'), rate: 0 },
  ])('$says', ({ says, of, rate }) => {
    expect(describe(of, rate)).toBe(says);
  });

  test('counters that counted a child twice never pass the total', () => {
    const over = runProgress({ succeeded: 1_010, failed: 5 });
    expect(position(over)).toEqual({ done: 1_000, total: 1_000 });
    expect(describe(over, 1)).toMatch(/^1,000 \/ 1,000 /);
  });
});

group('how much is done', () => {
  test.each([
    {
      what: 'as long as the source is read, nobody knows',
      of: runProgress({ totalKnown: false, succeeded: 5 }),
      is: null,
    },
    { what: 'children that have ended', of: runProgress({ succeeded: 400, failed: 100 }), is: 0.5 },
    { what: 'not all while the report is made', of: runProgress({ succeeded: 1_000 }, 'finishing'), is: 0.99 },
    { what: 'all once it has ended', of: runProgress({ total: 0 }, 'succeeded'), is: 1 },
  ])('$what', ({ of, is }) => expect(fraction(of)).toBe(is));

  test('a limit is the most there can be, also before the source has ended', () => {
    const of = runProgress({ total: 256, totalKnown: false, succeeded: 200 }, 'splitting');
    expect(fraction({ ...of, record: { ...RECORD, limit: 2_000 } })).toBe(0.1);
  });
});
