import { type RunProgress, readProgress } from '../../shared/control/status.ts';
import { isTolerated, NO_COUNTS } from '../../shared/domain/run.ts';
import { closeRun } from '../../shared/flow/close.ts';
import { splitAgain } from '../../shared/flow/send-again.ts';
import { tooManyWords } from '../../shared/flow/too-many.ts';
import type { RunRecord } from '../../shared/ports/run-store.ts';
import { countFailed } from './count-failed.ts';
import type { SweeperDeps } from './deps.ts';

/**
 * Lets a run with a canary go on once its first children are done and did well enough; closes it where they did not.
 * @returns whether it did either
 */
export async function judgeCanary(deps: SweeperDeps, record: RunRecord): Promise<boolean> {
  const { run, canary, flags } = record;
  if (canary === undefined || flags.includes('canary-passed')) return false;
  const [checkpoint] = await deps.stores.chains.readCheckpoints(run, [0]);
  if (!checkpoint || !(checkpoint.ended || checkpoint.count >= canary)) return false;
  if (!(await isDone(deps, run, checkpoint.place))) return false;
  const allowed = deps.pipeline.canary?.failedPercent ?? 0;
  const isExcessive = (count: number) => count * 100 > allowed * checkpoint.count;
  const failed = await countFailed(deps, run, isExcessive);
  if (isExcessive(failed)) {
    deps.log.error('The canary failed: its run is closed.', { failed, of: checkpoint.count });
    await closeRun(deps, run, 'canary-failed');
  } else {
    await deps.stores.runs.flag(run, 'canary-passed');
    await splitAgain(deps, record);
  }
  return true;
}

/** Closes a run whose slices have come to more children than it may have: each of them knows its own alone. */
export async function judgeSize(deps: SweeperDeps, record: RunRecord, children: number): Promise<boolean> {
  const { pipeline, log } = deps;
  if (record.redrive || children <= pipeline.limits.maxChildren) return false;
  log.error('A source gives too many items: its run is closed.', { children });
  await closeRun(deps, record.run, 'too-many-children', tooManyWords(pipeline, children, 'its slices have come to'));
  return true;
}

/** Whether every block of the first slice before `place` is full. */
async function isDone(
  { stores }: SweeperDeps,
  run: string,
  place: { segment: number; block: number },
): Promise<boolean> {
  for (let segment = 0; segment <= place.segment; segment++) {
    const { done, frozen } = await stores.segments.read(run, { slice: 0, segment });
    if (frozen) continue;
    // Blocks of a segment before the last are as many as were enumerated: all before `place`.
    const blocks = segment < place.segment ? Number.POSITIVE_INFINITY : place.block;
    if (done.size < blocks) return false;
  }
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
