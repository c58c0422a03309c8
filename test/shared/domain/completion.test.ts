import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type Completion,
  isBlockFull,
  isCounted,
  isRootFull,
  isSegmentFull,
  NOTHING_COMPLETE,
  packCount,
  segmentsOf,
  unpackCount,
} from '../../../shared/domain/completion.ts';
import { packSegment } from '../../../shared/domain/ids.ts';
import { SIZES } from '../../../shared/domain/limits.ts';

const numbers = (n: number) => new Set(Array.from({ length: n }, (_, i) => i));
const root = (over: Partial<Completion>): Completion => ({ ...NOTHING_COMPLETE, ...over });

test('a count packs and unpacks, from no segment to all that a slice may have', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: SIZES.slices - 1 }),
      fc.oneof(fc.constantFrom(0, SIZES.segmentsPerSlice), fc.integer({ min: 0, max: SIZES.segmentsPerSlice })),
      (slice, segments) => {
        expect(unpackCount(packCount(slice, segments))).toEqual({ slice, segments });
      },
    ),
  );
});

test('a block is full with its last child, not before', () => {
  expect([0, 1, 2, 3].map((n) => isBlockFull(numbers(n), 3))).toEqual([false, false, false, true]);
});

test("a segment's size is its index's, unless it is a slice's last", () => {
  expect(isSegmentFull({ done: numbers(16), size: null }, 0)).toBe(true);
  expect(isSegmentFull({ done: numbers(15), size: null }, 0)).toBe(false);
  expect(isSegmentFull({ done: numbers(16), size: null }, 16)).toBe(false);
  expect(isSegmentFull({ done: numbers(3), size: 3 }, 16)).toBe(true);
  expect(isSegmentFull({ done: numbers(2), size: 3 }, 16)).toBe(false);
});

test('a run is counted when each planned slice is, and not before its plan is known', () => {
  expect(isCounted(NOTHING_COMPLETE)).toBe(false);
  expect(isCounted(root({ slices: 0 }))).toBe(true);
  const counted = new Set([packCount(0, 2)]);
  expect(isCounted(root({ counted }))).toBe(false);
  expect(isCounted(root({ counted, slices: 2 }))).toBe(false);
  expect(isCounted(root({ counted: new Set([...counted, packCount(1, 0)]), slices: 2 }))).toBe(true);
});

test('a run is full when it is counted and its last segment frozen, whatever the order', () => {
  const slices = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 6 });
  fc.assert(
    fc.property(slices, fc.infiniteStream(fc.nat()), (segments, chance) => {
      const counted = new Set(segments.map((count, slice) => packCount(slice, count)));
      const all = segments.flatMap((count, slice) => Array.from({ length: count }, (_, k) => packSegment(slice, k)));
      expect(segmentsOf(root({ counted }))).toEqual(all);
      const shuffled = all
        .map((segment) => [chance.next().value ?? 0, segment] as const)
        .sort(([a], [b]) => a - b)
        .map(([, segment]) => segment);
      for (let done = 0; done <= shuffled.length; done++) {
        const state = { done: new Set(shuffled.slice(0, done)), counted, slices: segments.length };
        expect(isRootFull(state)).toBe(done === shuffled.length);
        expect(isRootFull({ ...state, slices: segments.length + 1 })).toBe(false);
        expect(isRootFull({ ...state, slices: null })).toBe(false);
      }
    }),
  );
});
