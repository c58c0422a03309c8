import { expect, test } from 'vitest';
import { gateFields, gateNote } from '../../cli/gate-words.ts';
import type { GateView } from '../../shared/control/limits.ts';

const NOW = Date.UTC(2026, 10, 27, 12);
const gate = (over: Partial<GateView> = {}): GateView => ({
  ...{ inFlight: 2_000, ratePerSecond: null, waiting: null, byHand: null, shutUntil: null, breaker: 0, cap: null },
  ...over,
});

test.each<[Partial<GateView>, string]>([
  [{}, ''],
  [{ cap: 34 }, 'service takes 34 at once'],
  [{ shutUntil: NOW + 12_000, cap: 5 }, 'service asks to wait, shut for 12 s'],
  [{ shutUntil: NOW + 300_000, breaker: 3 }, 'service fails, shut for 5 min'],
  [{ breaker: 1 }, 'service fails, tried with one call at a time'],
  [{ byHand: { inFlight: 20, ratePerSecond: 0.5, until: null } }, 'held by hand to 0.5/s and 20 in flight'],
])('of %j a line of progress says: %s', (over, said) => {
  expect(gateNote(gate(over), NOW)).toBe(said);
});

test('the fields say what holds, and leave out what does not', () => {
  expect(Object.fromEntries(gateFields(gate(), NOW))).toEqual({
    'in flight': '2,000 at most',
    rate: 'none',
    'by hand': undefined,
    endpoint: 'open',
    breaker: undefined,
    pressure: undefined,
  });
  const byHand = { inFlight: undefined, ratePerSecond: 50, until: NOW + 7_200_000 };
  const held = gate({ ratePerSecond: 50, byHand, shutUntil: NOW + 40_000, breaker: 3, cap: 1 });
  expect(Object.fromEntries(gateFields(held, NOW))).toMatchObject({
    rate: '50/s at most',
    'by hand': '50/s, until 2026-11-27 14:00:00 UTC',
    endpoint: 'shut for 40 s, until 2026-11-27 12:00:40 UTC',
    breaker: 'opened 3 times in a row: most calls failed',
  });
});
