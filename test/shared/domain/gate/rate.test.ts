import { expect, test } from 'vitest';
import { floorOf, instantsBefore, isLost, purchaseSize, spacingMs } from '../../../../shared/domain/gate/rate.ts';

const NOW = 1_800_000_000_000;
const rate = (perSecond: number, burst = 0) => ({ perSecond, burst });

test('instants stand a little further apart than the rate asks for', () => {
  expect(spacingMs(rate(100))).toBeCloseTo(10.204, 3);
  expect(instantsBefore(NOW, 3, { perSecond: 1 / 0.98, burst: 0 })).toEqual([NOW - 3_000, NOW - 2_000, NOW - 1_000]);
});

test('a forwarder buys its share of half a second, one instant at least and fifty at most', () => {
  expect(
    [
      [300, 3],
      [1, 3],
      [0.1, 2],
      [100_000, 2],
    ].map(([perSecond = 0, of = 1]) => purchaseSize(rate(perSecond), of)),
  ).toEqual([50, 1, 1, 50]);
});

test('what is not used is lost, but for the burst, and nothing lies within a shut', () => {
  expect(floorOf(rate(100), 0, NOW)).toBe(NOW);
  expect(floorOf(rate(98 / 0.98, 5), 0, NOW)).toBeCloseTo(NOW - 51, 0);
  expect(floorOf(rate(100, 5), NOW + 3_000, NOW)).toBe(NOW + 3_000);
});

test('a call that comes late to its instant has lost it', () => {
  expect([40, 41].map((ms) => isLost(NOW - ms, rate(300), NOW))).toEqual([false, true]);
  // Half a spacing, where that is longer.
  expect([510, 511].map((ms) => isLost(NOW - ms, rate(1), NOW))).toEqual([false, true]);
  expect(isLost(NOW - 400, rate(100, 50), NOW)).toBe(false);
});
