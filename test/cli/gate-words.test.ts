import { expect, test } from 'vitest';
import { gateFields, gateNote } from '../../cli/gate-words.ts';
import type { GateView } from '../../shared/control/limits.ts';

const NOW = Date.UTC(2026, 10, 27, 12);
const gate = (over: Partial<GateView> = {}): GateView => ({
  ...{ inFlight: 2_000, ratePerSecond: null, waiting: null, byHand: null },
  ...{ shutUntil: null, breaker: 0, failingFor: null, cap: null },
  ...over,
});

test.each<[Partial<GateView>, string]>([
  [{}, ''],
  [{ cap: 34 }, 'the service is busy: at most 34 calls at once'],
  [{ shutUntil: NOW + 12_000, cap: 5 }, 'the service asked to wait: the next call in 12 s'],
  [{ shutUntil: NOW + 300_000, breaker: 3 }, 'most calls failed: the next call in 5 min'],
  [
    { shutUntil: NOW + 34_000, breaker: 3, failingFor: 'connection-refused' },
    'the service refuses connections: the next call in 34 s',
  ],
  [{ breaker: 1, failingFor: 'http-500' }, 'most calls failed (http-500): trying one at a time'],
  [{ breaker: 1 }, 'most calls failed: trying one at a time'],
  [{ byHand: { inFlight: 20, ratePerSecond: 0.5, until: null } }, 'held by hand to 0.5/s and 20 calls at once'],
])('of %j a line of progress says: %s', (over, said) => {
  expect(gateNote(gate(over), NOW)).toBe(said);
});

test('a reason that the line names already is not named again', () => {
  const failing = gate({ breaker: 1, failingFor: 'connection-refused' });
  expect(gateNote(failing, NOW, { retriedFor: 'connection-refused' })).toBe('most calls failed: trying one at a time');
  expect(gateNote(failing, NOW, { retriedFor: 'http-500' })).toBe(
    'the service refuses connections: trying one at a time',
  );
});

test('with as many waiting for callbacks as may, it names the limit', () => {
  expect(gateNote(gate({ waiting: 4 }), NOW, { waiting: 3 })).toBe('');
  expect(gateNote(gate({ waiting: 4 }), NOW, { waiting: 4 })).toBe(
    'limits.waiting: no more than 4 children at once wait for callbacks',
  );
  expect(gateNote(gate(), NOW, { waiting: 4 })).toBe('');
});

test('the fields say what holds, and leave out what does not', () => {
  expect(Object.fromEntries(gateFields(gate(), NOW))).toEqual({
    'calls at once': '2,000 at most',
    rate: 'no limit',
    'set by hand': undefined,
    service: 'takes calls',
    failing: undefined,
    busy: undefined,
  });
  const byHand = { inFlight: undefined, ratePerSecond: 50, until: NOW + 7_200_000 };
  expect(Object.fromEntries(gateFields(gate({ cap: 5 }), NOW))).toMatchObject({
    busy: 'it refused calls as too many: 5 at once for now, and more step by step',
  });
  const held = gate({ ratePerSecond: 50, byHand, shutUntil: NOW + 40_000, breaker: 3, failingFor: 'timeout', cap: 1 });
  expect(Object.fromEntries(gateFields(held, NOW))).toMatchObject({
    rate: '50/s at most',
    'set by hand': '50/s, until 2026-11-27 14:00:00 UTC',
    service: 'is not called for another 40 s, until 2026-11-27 12:00:40 UTC',
    failing: 'the service does not answer in time, so calls were stopped for a while: 3 times in a row',
    busy: undefined,
  });
});
