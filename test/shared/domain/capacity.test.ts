import fc from 'fast-check';
import { expect, test } from 'vitest';
import { callsPerForwarder, forwardersOf } from '../../../shared/domain/capacity.ts';

test('all forwarders together never keep more calls open than the definition allows, and nearly all of them', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 256_000 }), (inFlight) => {
      const calls = forwardersOf({ inFlight }) * callsPerForwarder({ inFlight });
      expect(calls).toBeLessThanOrEqual(inFlight);
      expect(calls).toBeGreaterThan(inFlight - forwardersOf({ inFlight }));
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
  expect([forwardersOf({ inFlight }), callsPerForwarder({ inFlight })]).toEqual([forwarders, calls]);
});
