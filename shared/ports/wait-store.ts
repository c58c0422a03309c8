import type { SegmentRef } from '../domain/layout.ts';
import type { WaitBucket, WaitingSlot } from '../domain/waiting.ts';

/** When waits for callbacks end: by time, so that nobody looks through what waits. */
export interface WaitStore {
  /** Adds a slot to those of its segment that hold waits until then. Written before the wait itself: one without a wait means nothing. */
  add(run: string, segment: SegmentRef, until: number, slot: WaitingSlot, ttl: number): Promise<void>;
  /** Those that end first, at most `limit`. */
  first(run: string, limit: number): Promise<readonly WaitBucket[]>;
  remove(run: string, bucket: Pick<WaitBucket, 'until' | 'ref'>): Promise<void>;
}
