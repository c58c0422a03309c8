import { RunNotFoundError } from '../domain/errors.ts';
import { readSlices } from '../flow/slices.ts';
import type { Deps } from '../ports/deps.ts';
import type { RunRecord } from '../ports/run-store.ts';

/** How far a run is; numbers are for displays and may lag by a second or two. */
export interface RunProgress {
  readonly record: RunRecord;
  /** Children enumerated so far; all of them once `totalKnown`. */
  readonly total: number;
  readonly totalKnown: boolean;
  readonly succeeded: number;
  readonly failed: number;
  readonly retried: number;
}

/** @throws {RunNotFoundError} */
export async function readProgress({ stores, pipeline }: Deps, run: string): Promise<RunProgress> {
  const record = await stores.runs.read(run);
  if (!record) throw new RunNotFoundError(pipeline.name, run);
  if (record.counts) {
    // Ended: the report's own numbers, not the display's.
    const { total, succeeded, failed, cancelled, expired } = record.counts;
    return { record, total, totalKnown: true, succeeded, failed: failed + cancelled + expired, retried: 0 };
  }
  const [root, progress] = await Promise.all([stores.runs.readCompletion(run), stores.progress.read(run)]);
  const slices = await readSlices({ stores }, run, root);
  const { succeeded, failed, retried } = progress;
  return {
    record,
    total: slices.reduce((sum, { checkpoint }) => sum + (checkpoint?.count ?? 0), 0),
    totalKnown: root.slices !== null && slices.every(({ checkpoint }) => checkpoint?.ended === true),
    succeeded,
    failed,
    retried,
  };
}
