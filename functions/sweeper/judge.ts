import { type RunProgress, readProgress } from '../../shared/control/status.ts';
import { isTolerated, NO_COUNTS } from '../../shared/domain/run.ts';
import { closeRun } from '../../shared/flow/close.ts';
import { countFailed } from '../../shared/flow/count-failed.ts';
import { tooManyWords } from '../../shared/flow/too-many.ts';
import type { RunRecord } from '../../shared/ports/run-store.ts';
import type { SweeperDeps } from './deps.ts';

/** Closes a run whose slices have come to more children than it may have: each of them knows its own alone. */
export async function judgeSize(deps: SweeperDeps, record: RunRecord, children: number): Promise<boolean> {
  const { pipeline, log } = deps;
  if (record.redrive || children <= pipeline.limits.maxChildren) return false;
  log.error('A source gives too many items: its run is closed.', { children });
  await closeRun(deps, record.run, 'too-many-children', tooManyWords(pipeline, children, 'its slices have come to'));
  return true;
}

/**
 * Closes a run whose definition asks for it as soon as more children failed than it tolerates. The progress counter only
 * raises the suspicion: it may be doubled by a redelivery, so the outcomes are counted before anything is decided.
 */
export async function judgeFailures(deps: SweeperDeps, record: RunRecord): Promise<boolean> {
  const { tolerate } = deps.pipeline;
  const { run } = record;
  if (!tolerate.stopEarly) return false;
  const progress = await readProgress(deps, run);
  const total = await reportTotal(deps, progress);
  if ('failedPercent' in tolerate && total === null) return false;
  const isExcessive = (count: number) =>
    !isTolerated({ ...NO_COUNTS, total: total ?? progress.total, failed: count }, tolerate);
  if (!isExcessive(progress.failed)) return false;
  const failed = await countFailed(deps, run, isExcessive);
  if (!isExcessive(failed)) return false;
  deps.log.error('More children failed than the definition tolerates: the run is closed.', { failed });
  await closeRun(deps, run, 'too-many-failures');
  return true;
}

/**
 * Children of the run's report; null while they are not known, as a percentage of a total that still grows says nothing yet.
 * A redrive's total is that of the whole report that it mends, but only children that fail again in the redrive count as failed:
 * the other failures of that report are no reason to stop it.
 */
async function reportTotal(
  { stores }: SweeperDeps,
  { record, total, totalKnown }: Pick<RunProgress, 'record' | 'total' | 'totalKnown'>,
): Promise<number | null> {
  if (record.redrive) return (await stores.runs.read(record.redrive.base))?.counts?.total ?? null;
  return totalKnown ? total : null;
}
