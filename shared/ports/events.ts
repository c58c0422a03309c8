/** Tells the rest of the company that a run ended. At least once. */
export interface Events {
  runEnded(event: RunEnded): Promise<void>;
}

export interface RunEnded {
  readonly pipeline: string;
  readonly run: string;
  readonly status: string;
  readonly total: number;
  readonly failed: number;
  readonly summary: string;
  /** Why it failed though its children may not have, such as `reduce-failed`. */
  readonly reason?: string | undefined;
}
