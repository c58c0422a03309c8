import { SIZES } from './limits.ts';

/**
 * How children are laid out. The protocol's rules take it as a parameter, so that the model explores them with blocks of
 * two children while production uses {@link LAYOUT}. It is part of the stored format: never change it in place.
 */
export interface Layout {
  readonly blockChildren: number;
  readonly slotChildren: number;
  /** Blocks of a slice's k-th segment. */
  segmentBlocks(k: number): number;
}

export const LAYOUT: Layout = {
  blockChildren: SIZES.blockChildren,
  slotChildren: SIZES.slotChildren,
  // 16 blocks at first, so that a small run reduces early and in parallel, and its last segment is soon frozen; doubling every
  // 16 segments up to 256.
  segmentBlocks: (k) => Math.min(256, 16 * 2 ** Math.floor(k / 16)),
};

export interface SegmentRef {
  readonly slice: number;
  readonly segment: number;
}

export interface BlockRef extends SegmentRef {
  readonly block: number;
}

/** A block of a run, with what each write on it needs. */
export interface RunBlock {
  readonly run: string;
  readonly ref: BlockRef;
  /** Children it has. */
  readonly size: number;
  /** When its records may go, epoch seconds. */
  readonly ttl: number;
}

/** The place of one page in a slice's chain. */
export interface Place {
  readonly segment: number;
  readonly block: number;
  readonly page: number;
}

export const FIRST_PLACE: Place = { segment: 0, block: 0, page: 0 };

/** The block behind `place`'s, which may open the next segment. */
export function nextBlock(place: Place, geometry: Layout = LAYOUT): Place {
  return place.block + 1 < geometry.segmentBlocks(place.segment)
    ? { segment: place.segment, block: place.block + 1, page: 0 }
    : { segment: place.segment + 1, block: 0, page: 0 };
}

/**
 * What an END page at `place` says of its slice: how many segments there are, and the size of the last one where it
 * is shorter than its index says.
 */
export function sliceExtent(place: Place, geometry: Layout = LAYOUT): { segments: number; lastSize: number | null } {
  // END on a page behind others of its block cuts that block short: the block counts.
  const blocks = place.block + (place.page > 0 ? 1 : 0);
  if (blocks === 0) return { segments: place.segment, lastSize: null };
  const short = blocks < geometry.segmentBlocks(place.segment);
  return { segments: place.segment + 1, lastSize: short ? blocks : null };
}
