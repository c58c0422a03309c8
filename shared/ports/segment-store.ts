import type { SegmentState } from '../domain/completion.ts';
import type { CourseJson } from '../domain/course.ts';
import type { Json } from '../domain/json.ts';
import type { BlockRef, SegmentRef } from '../domain/layout.ts';
import type { Counts } from '../domain/run.ts';

/** What a segment became once frozen: objects under a key of their own, and the numbers that decide. */
export interface Frozen {
  /** Prefix of the part's objects. */
  readonly part: string;
  readonly counts: Counts;
  /** Failed children by reason code. */
  readonly reasons: Readonly<Record<string, number>>;
  /** The part's statistics, where they are small; its index has them in any case. */
  readonly statistics?: Json | undefined;
  /** Why the reduce came to no statistics of it: they are null. Its rows and CSV are whole. */
  readonly reduceError?: string | undefined;
  /** Length of its CSV, compressed; absent in what older releases froze. */
  readonly csvBytes?: number | undefined;
  /** How its children ended over time; absent in what older releases froze. */
  readonly course?: CourseJson | undefined;
  /** Digest of the definition and code that made its CSV and statistics; absent in what older releases froze. */
  readonly reducedBy?: string | undefined;
}

export interface SegmentRecord extends SegmentState {
  readonly frozen: Frozen | null;
  /** Callbacks that came when their child had ended otherwise, absent for none: what is read before them can't be frozen. */
  readonly late?: number;
}

/** A segment's set of full blocks, and its freezing. Reads are consistent. */
export interface SegmentStore {
  read(run: string, segment: SegmentRef): Promise<SegmentRecord>;
  addBlock(run: string, block: BlockRef, ttl: number): Promise<SegmentRecord>;
  /** The length of a slice's last segment, where it is shorter than its index says. */
  setSize(run: string, segment: SegmentRef, size: number, ttl: number): Promise<SegmentRecord>;
  /** Adds to the attempts at reducing it that began and weren't taken back; gives their number after it. */
  countAttempt(run: string, segment: SegmentRef, change: 1 | -1, ttl: number): Promise<number>;
  /** `late += 1`, before the segment is frozen; null behind that. */
  countLate(run: string, segment: SegmentRef, ttl: number): Promise<SegmentRecord | null>;
  /**
   * Freezes if absent; the stored one comes back, which may be another's. Final. Null where more callbacks came late than `late`: some of what
   * they wrote may not be in it.
   */
  freeze(run: string, segment: SegmentRef, frozen: Frozen, late?: number): Promise<Frozen | null>;
}
