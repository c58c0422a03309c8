import { failures } from '../../shared/control/failures.ts';
import { readProgress } from '../../shared/control/status.ts';
import { isTolerated, NO_COUNTS } from '../../shared/domain/run.ts';
import { closeRun } from '../../shared/flow/close.ts';
import type { Deps } from '../../shared/flow/deps.ts';
import { splitAgain } from '../../shared/flow/send-again.ts';
import type { RunRecord } from '../../shared/ports/run-store.ts';

/**
 * Lets a run with a canary go on once its first children are done and did well enough; closes it where they did not.
 * @returns whether it did either
 */
export async function judgeCanary(deps: Deps, record: RunRecord): Promise<boolean> {
  const { run, canary, flags } = record;
  if (canary === undefined || flags.includes('canary-passed')) return false;
  const [checkpoint] = await deps.stores.chains.readCheckpoints(run, [0]);
  if (!checkpoint || !(checkpoint.ended || checkpoint.count >= canary)) return false;
  if (!(await isDone(deps, run, checkpoint.place))) return false;
  const failed = await countFailures(deps, run, Number.POSITIVE_INFINITY);
  const allowed = deps.pipeline.canary?.failedPercent ?? 0;
  if (failed * 100 > allowed * checkpoint.count) {
    deps.log.error('The canary failed: its run is closed.', { run, failed, of: checkpoint.count });
    await closeRun(deps, run, 'canary-failed');
  } else {
    await deps.stores.runs.flag(run, 'canary-passed');
    await splitAgain(deps, record);
  }
  return true;
}

/** Whether every block of the first slice before `place` is full. */
async function isDone({ stores }: Deps, run: string, place: { segment: number; block: number }): Promise<boolean> {
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
export async function judgeFailures(deps: Deps, record: RunRecord): Promise<boolean> {
  const { tolerate } = deps.pipeline;
  if (!tolerate.stopEarly) return false;
  const { failed, total, totalKnown } = await readProgress(deps, record.run);
  // A percentage of a total that still grows says nothing yet.
  if ('failedPercent' in tolerate && !totalKnown) return false;
  const excessive = (count: number) => !isTolerated({ ...NO_COUNTS, total, failed: count }, tolerate);
  if (!excessive(failed)) return false;
  const counted = await countFailures(deps, record.run, failed);
  if (!excessive(counted)) return false;
  deps.log.error('More children failed than the definition tolerates: the run is closed.', {
    run: record.run,
    counted,
  });
  await closeRun(deps, record.run, 'too-many-failures');
  return true;
}

/** Failed children by their outcomes, at most so many. */
async function countFailures(deps: Deps, run: string, atMost: number): Promise<number> {
  let count = 0;
  for await (const { status } of failures(deps, run)) {
    if (status === 'FAILED') count++;
    if (count >= atMost) break;
  }
  return count;
}
