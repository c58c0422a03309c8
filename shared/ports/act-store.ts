import type { ACTS } from '../domain/acts.ts';

/** Something that a person did to a pipeline or one of its runs. */
export interface Act {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly act: (typeof ACTS)[number];
  /** The ARN of the credentials that did it, as the command line was told it by AWS. */
  readonly by: string;
  /** Null where it was to the whole pipeline. */
  readonly run: string | null;
  /** What it came to, in a few words; empty where the act says it all. */
  readonly detail: string;
}

export interface ActStore {
  /** @param id makes it another act than one of the same millisecond */
  record(act: Act, id: string): Promise<void>;
  /** Newest first. */
  list(limit: number): Promise<Act[]>;
}
