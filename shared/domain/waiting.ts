import type { SegmentRef } from './layout.ts';

/** Of a slot's children that wait for their callback: until when each does, epoch milliseconds. */
export type Waiting = ReadonlyMap<number, number>;

/** What a definition says of waiting for a callback; see docs/callbacks.md. */
export interface CallbackPolicy {
  readonly withinHours: number;
  /** Silence of so long means that the work is lost. */
  readonly heartbeatSeconds?: number | undefined;
  readonly onExpiry: 'fail' | 'retry';
  /** A child that waits counts as one that is called. */
  readonly countsAsInFlight?: boolean | undefined;
}

const HOUR_MS = 3_600_000;
/** A wait's time is over within so much of it, or within a minute: waits that end together stand in one item. */
const WAITS_PER_TIME = 64;
const LEAST_WIDTH_MS = 60_000;

/**
 * Until when a child waits that was answered with 202, or was heard of, just now. Rounded up, so that those of a while end together.
 * @param since when its call was answered, epoch milliseconds
 * @param deadline the run's own
 * @example waitUntil({ withinHours: 1, onExpiry: 'fail' }, 0, 0, 1e12); // 3_600_000
 */
export function waitUntil(policy: CallbackPolicy, since: number, now: number, deadline: number): number {
  const whole = policy.withinHours * HOUR_MS;
  const silence = policy.heartbeatSeconds === undefined ? whole : Math.min(whole, policy.heartbeatSeconds * 1_000);
  const width = Math.max(LEAST_WIDTH_MS, Math.floor(silence / WAITS_PER_TIME));
  const end = Math.min(now + silence, since + whole);
  return Math.min(Math.ceil(end / width) * width, deadline);
}

/** Waits of one segment that end at one time, by the slots that hold them. */
export interface WaitBucket {
  readonly until: number;
  readonly ref: SegmentRef;
  readonly slots: readonly WaitingSlot[];
}

/** A slot by its block and its first child's number. */
export interface WaitingSlot {
  readonly block: number;
  readonly slot: number;
}

// A block has 256 children.
const SLOTS = 256;

export function packSlot({ block, slot }: WaitingSlot): number {
  return block * SLOTS + slot;
}

export function unpackSlot(packed: number): WaitingSlot {
  return { block: Math.floor(packed / SLOTS), slot: packed % SLOTS };
}
