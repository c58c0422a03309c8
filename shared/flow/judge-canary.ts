import { WRITES } from '../domain/format.ts';
import { maySend } from '../domain/run.ts';
import type { FlowDeps } from '../ports/deps.ts';
import type { RunRecord } from '../ports/run-store.ts';
import { closeRun } from './close.ts';
import { countFailed } from './count-failed.ts';
import { splitAgain } from './send-again.ts';

/** Whether a run's first children are still being called alone. */
export function isCanary({ canary, flags, status }: RunRecord): boolean {
  return canary !== undefined && !flags.includes('canary-passed') && maySend(status);
}

/**
 * Asks a splitter to judge a run's canary, once children of it have ended: the sweeper, who looks every minute, is for what is lost.
 * Repeating it changes nothing.
 */
export async function askForJudgement(
  { queues, pipeline }: Pick<FlowDeps<'split'>, 'queues' | 'pipeline'>,
  run: string,
): Promise<void> {
  const message = { v: WRITES, pipeline: pipeline.name, run, type: 'slice', slice: 0, judges: true } as const;
  await queues.split.send([{ message }]);
}

/**
 * Lets a run with a canary go on once its first children are done and did well enough; closes it where they did not.
 * @returns whether it did either
 */
export async function judgeCanary(deps: FlowDeps, record: RunRecord): Promise<boolean> {
  const { run, canary } = record;
  if (canary === undefined || !isCanary(record)) return false;
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

/** Whether every block of the first slice before `place` is full. */
async function isDone(
  { stores }: Pick<FlowDeps, 'stores'>,
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
