import { describe, expect, test } from 'vitest';
import { forwardersSharing, isShareDue, joinsAt, type Shares, shareAt } from '../../../../shared/domain/gate/shares.ts';

const NOW = 1_800_000_000_000;
const NONE: Shares = { turn: 0, of: new Map() };
const a = { pipeline: 'a', forwarders: 2, callMs: 10_000 };
const b = { pipeline: 'b', forwarders: 3, callMs: 30_000 };

/** The item once a pipeline has said that it is at work. */
const told = (shares: Shares, own: typeof a, now: number): Shares => ({
  turn: shares.turn + 1,
  of: new Map(shares.of).set(own.pipeline, shareAt(shares, own, now)),
});

const both = told(told(NONE, a, NOW), b, NOW + 5_000);

describe('pipelines of a budget', () => {
  test('call at once where none is at work, and never before they said so', () => {
    expect(joinsAt(NONE, a, NOW)).toBeNull();
    expect(joinsAt(told(NONE, a, NOW), a, NOW)).toBe(NOW);
    expect(forwardersSharing(NONE, a, NOW)).toBe(2);
  });

  test('wait for the calls of those that began before them, which wait for none', () => {
    expect(joinsAt(both, b, NOW + 5_000)).toBe(NOW + 5_000 + 6_000 + a.callMs);
    expect(joinsAt(both, a, NOW + 5_000)).toBe(NOW);
    for (const own of [a, b]) expect(forwardersSharing(both, own, NOW + 5_000)).toBe(5);
  });

  test('count until their last call has ended, and by then have begun none that takes longer', () => {
    const until = NOW + 120_000 + a.callMs;
    const end = (now: number) => [joinsAt(both, a, now), forwardersSharing(both, b, now)];
    expect(end(until - a.callMs)).toEqual([NOW, 5]);
    expect(end(until - a.callMs + 1)).toEqual([null, 5]);
    expect(end(until + 6_000)).toEqual([null, 3]);
    // Who comes back begins anew, behind the other.
    const back = told(both, a, until + 6_000);
    expect(joinsAt(back, a, until + 6_000)).toBe(until + 12_000 + b.callMs);
  });

  test('say every minute that they are at work, and keep their turn', () => {
    expect(isShareDue(both, a, 0, NOW + 59_000)).toBe(false);
    expect(isShareDue(both, a, 0, NOW + 61_000)).toBe(true);
    expect(isShareDue(both, a, 0.9, NOW + 61_000)).toBe(false);
    const renewed = told(both, a, NOW + 61_000);
    expect(joinsAt(renewed, a, NOW + 180_000)).toBe(NOW);
    expect(isShareDue(renewed, a, 0, NOW + 62_000)).toBe(false);
  });

  test('begin anew with more forwarders or longer calls than the others know of', () => {
    for (const own of [
      { ...a, forwarders: 3 },
      { ...a, callMs: 20_000 },
    ])
      expect([joinsAt(both, own, NOW + 6_000), isShareDue(both, own, 0, NOW + 6_000)]).toEqual([null, true]);
    expect(joinsAt(both, { ...a, forwarders: 1 }, NOW + 6_000)).toBe(NOW);
  });
});
