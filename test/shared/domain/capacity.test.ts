import fc from 'fast-check';
import { expect, test } from 'vitest';
import { callsPerForwarder, forwardersOf } from '../../../shared/domain/capacity.ts';

test('all forwarders together never keep more calls open than the definition allows, and nearly all of them', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 256_000 }), (inFlight) => {
      const flight = { limits: { inFlight }, endpoint: {} };
      const calls = forwardersOf(flight) * callsPerForwarder(flight);
      expect(calls).toBeLessThanOrEqual(inFlight);
      expect(calls).toBeGreaterThan(inFlight - forwardersOf(flight));
    }),
  );
});

test.each([
  [2, 2, 1],
  [64, 2, 32],
  [255, 8, 31],
  [256, 2, 128],
  [512, 2, 256],
  [3_000, 12, 250],
])('%i calls in flight are %i forwarders of %i', (inFlight, forwarders, calls) => {
  const flight = { limits: { inFlight }, endpoint: {} };
  expect([forwardersOf(flight), callsPerForwarder(flight)]).toEqual([forwarders, calls]);
});

// A batch of ten messages holds no more calls than that: more forwarders keep as many open.
test.each([
  [512, 1, 2, 256],
  [512, 50, 26, 19],
  [512, 64, 52, 9],
  [100, 64, 10, 10],
  [100_000, 64, 1_000, 10],
])('%i calls in flight of %i items each are %i forwarders of %i', (inFlight, itemsPerCall, forwarders, calls) => {
  const flight = { limits: { inFlight }, endpoint: { itemsPerCall } };
  expect([forwardersOf(flight), callsPerForwarder(flight)]).toEqual([forwarders, calls]);
});
