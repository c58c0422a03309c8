/** A message that could not be taken, kept with the reason, so that nothing is lost silently. */
export interface Refusal {
  readonly messageId: string;
  readonly queue: string;
  /** `not-json`, `not-a-message`, `other-pipeline`, `unknown-run`, `old-turn`, `gave-up` */
  readonly reason: string;
  /** What was wrong, in a sentence. */
  readonly detail: string;
  /** What the body says it is about, and the shape and length of the rest: nothing of an item. */
  readonly excerpt: string;
  readonly at: number;
}

export interface RefusalStore {
  /** Idempotent by message id. */
  record(refusal: Refusal): Promise<void>;
  list(limit: number): Promise<Refusal[]>;
}
