import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { firstCap, probing } from '../../../../shared/domain/gate/cap.ts';
import { type EndpointState, NEW_ENDPOINT } from '../../../../shared/domain/gate/endpoint-state.ts';
import { lanesAt, needsTicket } from '../../../../shared/domain/gate/lanes.ts';

const NOW = 1_800_000_000_000;
const pressed = (size: number): EndpointState => ({ ...NEW_ENDPOINT, cap: { ...probing(NOW, NOW), size } });

/** Lanes of so many invocations with tickets one behind the other. */
const fleet = (state: EndpointState, inFlight: number, forwarders: number, first = 1) =>
  Array.from({ length: forwarders }, (_, i) => lanesAt(state, { inFlight, forwarders, ticket: first + i }, NOW));
const sum = (lanes: readonly number[]) => lanes.reduce((total, each) => total + each, 0);

describe('lanes', () => {
  test('are the share of the limit where nothing holds calls back', () => {
    const warm = { ...NEW_ENDPOINT, cap: firstCap(NOW - 60_000) };
    expect(fleet(warm, 512, 2)).toEqual([256, 256]);
    expect(fleet(warm, 100, 3)).toEqual([33, 33, 33]);
    expect(needsTicket(warm, { inFlight: 100, forwarders: 3, ticket: 0 }, NOW)).toBe(false);
  });

  test('are few while a service may be cold, and one at least', () => {
    const cold = { ...NEW_ENDPOINT, cap: firstCap(NOW) };
    expect(fleet(cold, 512, 2)).toEqual([8, 8]);
    expect(new Set(fleet(cold, 5_120, 20))).toEqual(new Set([1]));
  });

  test('never come to more than the limit', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1, max: 1_000, noNaN: true }),
        fc.integer({ min: 2, max: 2_000 }),
        fc.integer({ min: 2, max: 40 }),
        fc.nat(1_000),
        (size, inFlight, forwarders, first) => {
          fc.pre(inFlight >= forwarders);
          expect(sum(fleet(pressed(size), inFlight, forwarders, first))).toBeLessThanOrEqual(inFlight);
        },
      ),
    );
  });

  test('follow the cap over the fleet, also below the number of forwarders', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1, max: 60, noNaN: true }),
        fc.integer({ min: 2, max: 40 }),
        fc.nat(10_000),
        (size, forwarders, first) => {
          const lanes = sum(fleet(pressed(size), 10_000, forwarders, first));
          expect(Math.abs(lanes - size)).toBeLessThan(3);
        },
      ),
    );
  });

  test('are one in the whole fleet while the breaker is open, however long that takes', () => {
    const open = { ...pressed(500), level: 3 };
    expect(sum(fleet(open, 512, 20))).toBeLessThanOrEqual(2);
    expect(needsTicket(open, { inFlight: 512, forwarders: 20, ticket: 0 }, NOW)).toBe(true);
  });

  test('are dealt out where the limit is below the number of forwarders', () => {
    const warm = { ...NEW_ENDPOINT, cap: firstCap(NOW - 60_000) };
    expect(needsTicket(warm, { inFlight: 5, forwarders: 16, ticket: 0 }, NOW)).toBe(true);
    const lanes = fleet(warm, 5, 16);
    expect(Math.max(...lanes)).toBe(1);
    expect(Math.abs(sum(lanes) - 5)).toBeLessThan(3);
  });
});
