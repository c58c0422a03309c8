import type { Completion } from '../domain/completion.ts';
import type { Json } from '../domain/json.ts';
import type { Redrive } from '../domain/redrive.ts';
import type { CloseReason, Counts, FinalStatus, RunFailure, RunFlag, RunStatus, Transition } from '../domain/run.ts';

/** What started a run. */
export type Trigger = 'schedule' | 'console' | 'cli' | 'api' | 'event' | 'task' | 'redrive';

/** A run as it is accepted: its first write holds all of this, the deadline above all. */
export interface NewRun {
  readonly run: string;
  /** Digest of the definition's parts that a redrive must find unchanged. */
  readonly definition: string;
  /** Digest of parameters and limit: the same run id with another one is refused. */
  readonly input: string;
  readonly params: Json;
  readonly limit: number | null;
  /** Where the file is that it was handed over; its source reads that. */
  readonly file?: string | undefined;
  /** Where the items are that it was handed over, as JSON Lines, in place of its source's. */
  readonly items?: string | undefined;
  /** A {@link Trigger}, or a newer release's word. */
  readonly trigger: string;
  /** Present where it calls again what failed in another run. */
  readonly redrive?: Redrive | undefined;
  /** Children that are called first, and alone, until they have been judged. */
  readonly canary?: number | undefined;
  /** It waits for an earlier run of its pipeline to end. */
  readonly queued?: boolean | undefined;
  /** Epoch milliseconds, as all times here. */
  readonly startedAt: number;
  readonly deadline: number;
  /** When the run's records may go: epoch seconds, as DynamoDB's TTL wants it. */
  readonly ttl: number;
}

/** `sending` is ambiguous once its finisher is gone: SES may have taken the mail. */
export const MAIL_STATES = ['off', 'sending', 'sent', 'ambiguous', 'refused'] as const;
export type MailState = (typeof MAIL_STATES)[number];

export interface RunRecord extends NewRun {
  readonly status: RunStatus;
  readonly closed: CloseReason | null;
  readonly flags: readonly RunFlag[];
  readonly endedAt: number | null;
  readonly counts: Counts | null;
  readonly failure: RunFailure | null;
  /** Key of summary.json, which names all else that the run made. */
  readonly summary: string | null;
  readonly mail: MailState | null;
}

/** A run whose finish is leased. */
export interface Leased extends RunRecord {
  /** How often the lease was taken and not given back, this time included: all but this one died. */
  readonly finishers: number;
}

/**
 * A run and what decides its completion. Reads are consistent. Deliberately outside: pages, blocks, displays.
 */
export interface RunStore {
  /**
   * Puts the run if absent; either way the stored one comes back.
   * @throws {RunPurgedError} where a run of that id was purged
   */
  create(run: NewRun): Promise<{ readonly created: boolean; readonly record: RunRecord }>;
  /** Null too where the run was purged. */
  read(run: string): Promise<RunRecord | null>;
  /** Whether a run of that id was purged: as long as that is kept, no other one is created. */
  wasPurged(run: string): Promise<boolean>;
  /** Those of them that there are, in any order, and as they were a moment ago at least: to watch many cheaply. Nothing decides by it. */
  readMany(runs: readonly string[]): Promise<RunRecord[]>;
  /** Newest first; without those that only a newer release can read. */
  list(options: { readonly limit: number; readonly activeOnly?: boolean }): Promise<RunRecord[]>;

  /** Puts the plan if absent; the stored one comes back, which may be another's. */
  plan(run: string, parts: readonly Json[], ttl: number): Promise<readonly Json[]>;
  readPlan(run: string): Promise<readonly Json[] | null>;

  /** One legal transition as one conditional write; null where the run isn't in a status it starts from. */
  move(run: string, transition: Exclude<Transition, 'finish' | 'close'>): Promise<RunRecord | null>;
  close(run: string, reason: CloseReason, failure?: RunFailure): Promise<RunRecord | null>;
  /** Says something of a run that stays true, until its finish begins: what the first finisher read is what all read. */
  flag(run: string, flag: RunFlag): Promise<void>;

  /** Takes the finish's lease, or gives it back where `until` is past: null while another holds it, or when the run is final. */
  leaseFinish(run: string, owner: string, now: number, until: number): Promise<Leased | null>;
  /** The lease's holder ends the run; false where it isn't the holder any more. */
  finish(run: string, owner: string, end: RunEnd): Promise<boolean>;
  /** Claims the one mail: true for exactly one caller. */
  claimMail(run: string): Promise<boolean>;
  recordMail(run: string, state: MailState): Promise<void>;

  readCompletion(run: string): Promise<Completion>;
  /** Says how many slices the run has; repeating it changes nothing. */
  openRoot(run: string, slices: number, ttl: number): Promise<Completion>;
  countSlice(run: string, slice: number, segments: number): Promise<Completion>;
  addSegment(run: string, slice: number, segment: number): Promise<Completion>;
}

export interface RunEnd {
  readonly status: FinalStatus;
  readonly counts: Counts;
  readonly failure?: RunFailure | null;
  readonly summary: string;
  readonly endedAt: number;
}
