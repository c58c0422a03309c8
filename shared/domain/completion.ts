import { packSegment } from './ids.ts';
import { LAYOUT, type Layout } from './layout.ts';

/**
 * Completion. Nothing here is counted down: each level holds the set of its finished members, so that adding one twice,
 * late or from two workers is adding it once.
 */

/** A segment: the blocks of it that are full. */
export interface SegmentState {
  readonly done: ReadonlySet<number>;
  /** Blocks it has, where that is fewer than its index says (a slice's last one). */
  readonly size: number | null;
}

/** A run: the segments that are frozen, and how many each slice has. */
export interface Completion {
  readonly done: ReadonlySet<number>;
  /** Packed (slice, number of segments) of each slice whose END is known. */
  readonly counted: ReadonlySet<number>;
  /** Slices of the plan; null until the first of them is counted. */
  readonly slices: number | null;
}

export const NOTHING_COMPLETE: Completion = { done: new Set(), counted: new Set(), slices: null };

export function isBlockFull(done: ReadonlySet<number>, size: number): boolean {
  return done.size >= size;
}

export function isSegmentFull(segment: SegmentState, k: number, geometry: Layout = LAYOUT): boolean {
  return segment.done.size >= (segment.size ?? geometry.segmentBlocks(k));
}

/** Every planned slice is counted. */
export function isCounted(root: Completion): boolean {
  return root.slices !== null && root.counted.size >= root.slices;
}

/** Counted, and each counted segment frozen: nothing is missing, the run can finish. */
export function isRootFull(root: Completion): boolean {
  return isCounted(root) && root.done.size >= segmentsOf(root).length;
}

/** All segments of the counted slices, packed, in the order of the report. */
export function segmentsOf(root: Completion): number[] {
  return [...root.counted]
    .map(unpackCount)
    .sort((a, b) => a.slice - b.slice)
    .flatMap(({ slice, segments }) => Array.from({ length: segments }, (_, k) => packSegment(slice, k)));
}

// A slice may have as many segments as `packSegment` has room for, and none: hence one more value than segments.
const COUNTS = 8_192;

export function packCount(slice: number, segments: number): number {
  return slice * COUNTS + segments;
}

export function unpackCount(packed: number): { slice: number; segments: number } {
  return { slice: Math.floor(packed / COUNTS), segments: packed % COUNTS };
}
