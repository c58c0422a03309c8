import { describe, expect, test } from 'vitest';
import {
  capAt,
  cut,
  firstCap,
  isDueForRenewal,
  isForgotten,
  isIdle,
  mayCut,
  probing,
} from '../../../../shared/domain/gate/cap.ts';

const NOW = 1_800_000_000_000;
const SECOND = 1_000;

describe('a first cap', () => {
  const cap = firstCap(NOW);

  test('doubles every quarter of a second', () => {
    expect([0, 250, 500, 1_250].map((ms) => capAt(cap, NOW + ms))).toEqual([16, 32, 64, 512]);
    expect(capAt(cap, NOW - 5)).toBe(16);
  });

  test('is out of the way once it allows what the limit does', () => {
    expect([isForgotten(cap, 512, NOW + 1_249), isForgotten(cap, 512, NOW + 1_250)]).toEqual([false, true]);
  });
});

describe('pressure', () => {
  const cap = cut(firstCap(NOW), 512, NOW + 500);

  test('cuts to four fifths of what is in force', () => {
    expect(cap).toMatchObject({ size: 0.8 * 64, since: NOW + 500, cutAt: NOW + 500 });
    expect(cut(firstCap(NOW), 100, NOW + HOUR).size).toBe(80);
    expect(cut({ ...cap, size: 1 }, 512, NOW + 500).size).toBe(1);
  });

  test('cuts again only for calls that the last cut can have held back', () => {
    expect([mayCut(cap, NOW + 700), mayCut(cap, NOW + 701)]).toEqual([false, true]);
    expect(mayCut(firstCap(NOW), NOW - 5_000)).toBe(true);
  });

  test('is followed by growth: two a second up to twenty, then a tenth', () => {
    const low = { ...cap, size: 8, since: NOW, cutAt: NOW };
    expect([0, 1, 6].map((seconds) => capAt(low, NOW + seconds * SECOND))).toEqual([8, 10, 20]);
    expect(capAt(low, NOW + 16 * SECOND)).toBeCloseTo(20 * Math.E, 6);
    expect(capAt({ ...low, size: 100 }, NOW + 10 * SECOND)).toBeCloseTo(100 * Math.E, 6);
    expect(capAt(low, NOW + 1_000 * HOUR)).toBeLessThan(Number.POSITIVE_INFINITY);
  });

  test('is forgotten once the cap has stood above the limit for a minute', () => {
    const high = { ...cap, size: 400, since: NOW, cutAt: NOW };
    // At 512 after 2.5 seconds.
    expect([62 * SECOND, 63 * SECOND].map((ms) => isForgotten(high, 512, NOW + ms))).toEqual([false, true]);
  });
});

test('a cap of one call waits until its endpoint is open before it grows', () => {
  const cap = probing(NOW + 5 * SECOND, NOW);
  expect([0, 5, 6].map((seconds) => capAt(cap, NOW + seconds * SECOND))).toEqual([1, 1, 3]);
});

test('a cap is renewed before it counts as idle, by one forwarder earlier than by another', () => {
  const cap = firstCap(NOW);
  expect([0, 0.999].map((chance) => isDueForRenewal(cap, chance, NOW + 61 * SECOND))).toEqual([true, false]);
  expect([0, 0.999].map((chance) => isDueForRenewal(cap, chance, NOW + 90 * SECOND))).toEqual([true, true]);
  expect([isIdle(cap, NOW + 120 * SECOND), isIdle(cap, NOW + 121 * SECOND)]).toEqual([false, true]);
});

const HOUR = 3_600 * SECOND;
