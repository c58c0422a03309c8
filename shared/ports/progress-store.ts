/** Counters for displays: they may be lost or doubled, and nothing decides by them. */
export interface ProgressStore {
  bump(run: string, shard: string, delta: Progress, now: number, ttl: number): Promise<void>;
  /** Sums all bumps. Of what calls were repeated for, the latest is known. */
  read(run: string): Promise<Progress & { /** Latest bump, epoch milliseconds; 0 for none. */ readonly at: number }>;
}

export interface Progress {
  readonly succeeded: number;
  readonly failed: number;
  /** Calls that will be repeated. */
  readonly retried: number;
  /** Reason code of most of them, lately; absent where none was repeated, and from what an older release counted. */
  readonly retriedFor?: string;
  /** Children that wait for a callback; less than before where one has ended; absent for no change. */
  readonly waiting?: number;
  /** Milliseconds that the last calls of ended children took, together; absent from what an older release counted. */
  readonly calledMs?: number;
  /** Calls that met pressure; absent for none, and from what an older release counted. */
  readonly pressed?: number;
}

export const NO_PROGRESS: Progress = { succeeded: 0, failed: 0, retried: 0 };
