import * as z from 'zod';

/** Where a run stands. */
export const RUN_STATUSES = [
  /** Accepted; its plan is not stored yet. */
  'planned',
  /** Slices are being enumerated; children are called already. */
  'splitting',
  /** Every slice is counted. */
  'running',
  /** No new calls until it's resumed. */
  'paused',
  /** Cancelled, past its deadline or stopped early: what is missing is given up. Irrevocable. */
  'closing',
  /** Every child has an outcome; the report is being made. */
  'finishing',
  'succeeded',
  /** Succeeded, with as many failed children as the definition tolerates. */
  'succeeded-with-failures',
  'failed',
  'cancelled',
  'expired',
] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

export const FINAL_STATUSES = ['succeeded', 'succeeded-with-failures', 'failed', 'cancelled', 'expired'] as const;
export type FinalStatus = (typeof FINAL_STATUSES)[number];

/** With as many failures as are tolerated it is a success. */
export const isGood = (status: FinalStatus): boolean => status === 'succeeded' || status === 'succeeded-with-failures';

/** Why a run was closed before its children were all called. */
export const CLOSE_REASONS = [
  'cancelled',
  'expired',
  /** More children failed than the definition tolerates, and it asked to stop then. */
  'too-many-failures',
  /** A slice could not be enumerated, time and again. */
  'split-failed',
  /** Its source gives more items than `limits.maxChildren`. */
  'too-many-children',
  /** What its source reads was changed after the plan. */
  'source-changed',
  /** The first children failed more than the definition's canary allows. */
  'canary-failed',
] as const;
export type CloseReason = (typeof CLOSE_REASONS)[number];

/** Facts about a run that, once true, stay so: a set, which only grows. */
export const RUN_FLAGS = [
  /** A close ended a slice before its source did: the run holds fewer children than the source has. */
  'cut',
  /** The canary's children are done, and the rest may follow. */
  'canary-passed',
  /** It waited for an earlier run, which has ended. */
  'dequeued',
] as const;
export type RunFlag = (typeof RUN_FLAGS)[number];

/** Every legal transition, by name. Each is one conditional write on RUN: from these statuses, to that one. */
export const TRANSITIONS = {
  /** The plan is stored. */
  split: { from: ['planned'], to: 'splitting' },
  /** Every slice is counted. For display alone: nothing decides by it. */
  counted: { from: ['splitting'], to: 'running' },
  pause: { from: ['splitting', 'running'], to: 'paused' },
  /** Back to splitting. The next counted slice moves the run on; where all slices are counted, the resume itself does. */
  resume: { from: ['paused'], to: 'splitting' },
  close: { from: ['planned', 'splitting', 'running', 'paused'], to: 'closing' },
  /** Taken by the finisher that holds the lease; again by the next one when that lease has run out. */
  finish: { from: ['planned', 'splitting', 'running', 'paused', 'closing', 'finishing'], to: 'finishing' },
} as const satisfies Record<string, { from: readonly RunStatus[]; to: RunStatus }>;
export type Transition = keyof typeof TRANSITIONS;

export function isFinal(status: RunStatus): status is FinalStatus {
  return FINAL_STATUSES.some((final) => final === status);
}

/** What of a run says whether it takes calls. */
export interface Timed {
  readonly status: RunStatus;
  /** Epoch milliseconds. */
  readonly deadline: number;
}

/** Whether a run is to be closed because its deadline has come. */
export function isOverdue({ status, deadline }: Timed, now: number): boolean {
  return now >= deadline && TRANSITIONS.close.from.some((closable) => closable === status);
}

/**
 * The status that decides whether a run's children may be called. From the deadline on it is `closing`, although the record says so
 * only once the sweeper or another function has closed the run: in between, no forwarder may call.
 */
export function statusAt(run: Timed, now: number): RunStatus {
  return isOverdue(run, now) ? 'closing' : run.status;
}

/** Whether children of a run in this status may be called. */
export function maySend(status: RunStatus): boolean {
  return status === 'planned' || status === 'splitting' || status === 'running';
}

/** Children of a run by how they ended. */
export const countsSchema = z.object({
  total: z.number(),
  succeeded: z.number(),
  failed: z.number(),
  cancelled: z.number(),
  expired: z.number(),
});
export type Counts = Readonly<z.infer<typeof countsSchema>>;

export const NO_COUNTS: Counts = { total: 0, succeeded: 0, failed: 0, cancelled: 0, expired: 0 };

export function addCounts(a: Counts, b: Counts): Counts {
  return {
    total: a.total + b.total,
    succeeded: a.succeeded + b.succeeded,
    failed: a.failed + b.failed,
    cancelled: a.cancelled + b.cancelled,
    expired: a.expired + b.expired,
  };
}

export const REDUCE_FAILED = 'reduce-failed';
/** The source gave fewer items than the definition expects. */
export const TOO_FEW = 'too-few-children';
/** An output of the definition could not be made. */
export const OUTPUT_FAILED = 'output-failed';

/** Why a run failed though its children may all have succeeded. */
export const runFailure = z.object({
  /** {@link REDUCE_FAILED}, {@link OUTPUT_FAILED}, {@link TOO_FEW}, the reason of a close, or a newer release's word. */
  reason: z.string(),
  /** The step or slice, and the kind and place of what was thrown. No value out of an item or answer. */
  detail: z.string(),
});
export type RunFailure = Readonly<z.infer<typeof runFailure>>;

/** Failed children a run may have and still succeed. */
export type Tolerance = { readonly failedCount: number } | { readonly failedPercent: number };

/**
 * The status a finished run ends in, from counted outcomes and never from a progress counter.
 * @param closed why it was closed early, where it was
 * @param cut whether that left children of the source out altogether
 * @param failure of the reduce, which kept the report from being whole
 */
export function finalStatus(
  counts: Counts,
  tolerate: Tolerance,
  closed: CloseReason | null,
  cut: boolean,
  failure: RunFailure | null = null,
): FinalStatus {
  // A close that came too late to leave anything out changed nothing about the result.
  if (closed !== null && (cut || counts.cancelled + counts.expired > 0)) {
    return closed === 'cancelled' || closed === 'expired' ? closed : 'failed';
  }
  if (failure !== null) return 'failed';
  if (counts.failed === 0) return 'succeeded';
  return isTolerated(counts, tolerate) ? 'succeeded-with-failures' : 'failed';
}

/** Why a run failed whose source gave fewer children than its definition expects; null where it didn't. @param limit of the run, which goes before it */
export function tooFew({ total }: Pick<Counts, 'total'>, minChildren: number, limit: number | null): RunFailure | null {
  const least = Math.min(minChildren, limit ?? minChildren);
  if (total >= least) return null;
  return { reason: TOO_FEW, detail: `its source gave ${total} items, and expect.minChildren is ${minChildren}` };
}

export function isTolerated(counts: Counts, tolerate: Tolerance): boolean {
  return 'failedCount' in tolerate
    ? counts.failed <= tolerate.failedCount
    : counts.failed * 100 <= tolerate.failedPercent * counts.total;
}
