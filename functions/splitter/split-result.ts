import type { SourceError } from '../../shared/domain/errors.ts';

/** What a splitter's work on a slice came to. */
export type SplitResult =
  | 'ended'
  /** Time is up: the slice goes on from its checkpoint, in a message of its own. */
  | 'continued'
  /** Enough waits to be called: the slice goes on later, in a message of its own. */
  | 'ahead'
  /** Another splitter holds the lease. */
  | 'leased'
  /** The run takes no more calls: its END is the closer's. */
  | 'stopped'
  /** The canary's children are sent: the rest waits until it is judged. */
  | 'canary'
  /** The source gives more than a run may have: the run is to be closed. */
  | TooMany
  | Failed;

export interface TooMany {
  /** Children that this slice has come to so far. */
  readonly tooMany: number;
}

/** It can't be enumerated: the run is to be closed. */
export interface Failed {
  /** What its source failed with; null where its splitter died each time. */
  readonly failed: SourceError | null;
}
