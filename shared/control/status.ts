import { readSlices } from '../flow/slices.ts';
import type { Deps } from '../ports/deps.ts';
import type { RunRecord } from '../ports/run-store.ts';
import { existingRun } from './existing-run.ts';

/** How far a run is; numbers are for displays and may lag by a second or two. */
export interface RunProgress {
  readonly record: RunRecord;
  /** Children enumerated so far; all of them once `totalKnown`. */
  readonly total: number;
  readonly totalKnown: boolean;
  readonly succeeded: number;
  /** Neither cancelled nor expired, once the run has ended; until then a child that is given up counts here. */
  readonly failed: number;
  readonly cancelled: number;
  readonly expired: number;
  readonly retried: number;
  /** Reason code of most calls that were repeated lately; null where none was. */
  readonly retriedFor: string | null;
  /** Children that wait for a callback. */
  readonly waiting: number;
  /** Milliseconds that the last calls of ended children took, together; absent once the run has ended. */
  readonly calledMs?: number | undefined;
}

/** @throws {RunNotFoundError} */
export async function readProgress(deps: Deps, run: string): Promise<RunProgress> {
  const record = await existingRun(deps, run);
  return progressOf(deps, record);
}

/** How far a run is whose record is at hand. */
export async function progressOf({ stores }: Pick<Deps, 'stores'>, record: RunRecord): Promise<RunProgress> {
  const { run } = record;
  if (record.counts) {
    // Ended: the report's own numbers, not the display's.
    const { total, succeeded, failed, cancelled, expired } = record.counts;
    const none = { retried: 0, retriedFor: null, waiting: 0 };
    return { record, total, totalKnown: true, succeeded, failed, cancelled, expired, ...none };
  }
  const [root, progress] = await Promise.all([stores.runs.readCompletion(run), stores.progress.read(run)]);
  const slices = await readSlices({ stores }, run, root);
  const { retried, retriedFor = null, waiting = 0, calledMs } = progress;
  const total = slices.reduce((sum, { checkpoint }) => sum + (checkpoint?.count ?? 0), 0);
  const totalKnown = root.slices !== null && slices.every(({ checkpoint }) => checkpoint?.ended === true);
  // A child whose callback crosses another end of it is counted for both, of which its success holds.
  const most = totalKnown ? total : Number.POSITIVE_INFINITY;
  const succeeded = Math.min(progress.succeeded, most);
  const failed = Math.min(progress.failed, most - succeeded);
  return {
    record,
    total,
    totalKnown,
    succeeded,
    failed,
    cancelled: 0,
    expired: 0,
    retried,
    retriedFor,
    waiting: record.status === 'finishing' ? 0 : Math.max(0, Math.min(waiting, total - succeeded - failed)),
    calledMs,
  };
}
