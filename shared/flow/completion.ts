import { type Completion, isBlockFull, isRootFull, isSegmentFull } from '../domain/completion.ts';
import { WRITES } from '../domain/format.ts';
import type { RunBlock, SegmentRef } from '../domain/layout.ts';
import type { CommitDeps } from '../ports/deps.ts';
import type { SegmentRecord } from '../ports/segment-store.ts';

/**
 * The ladder: a full block is added to its segment's set, the aggregator is notified of a full segment, a frozen segment is added
 * to the run's set, the aggregator is notified of a run that is full and counted. Each set is written before the notification, and
 * each reader that finds a set full notifies again: a notification may be lost, the set can't be.
 * @returns whether the block is full
 */
export async function completeBlockIfFull(
  deps: CommitDeps,
  { run, ref, size, ttl }: RunBlock,
  done: ReadonlySet<number>,
): Promise<boolean> {
  if (!isBlockFull(done, size)) return false;
  await notifyIfSegmentFull(deps, run, ref, await deps.stores.segments.addBlock(run, ref, ttl));
  return true;
}

export async function notifyIfSegmentFull(
  deps: CommitDeps,
  run: string,
  { slice, segment }: SegmentRef,
  state: SegmentRecord,
): Promise<void> {
  if (!isSegmentFull(state, segment)) return;
  await deps.queues.aggregate.send([
    { message: { v: WRITES, pipeline: deps.pipeline.name, run, type: 'segment', slice, segment } },
  ]);
}

export async function completeSegment(deps: CommitDeps, run: string, { slice, segment }: SegmentRef): Promise<void> {
  await notifyIfRunComplete(deps, run, await deps.stores.runs.addSegment(run, slice, segment));
}

export async function notifyIfRunComplete(deps: CommitDeps, run: string, root: Completion): Promise<void> {
  if (!isRootFull(root)) return;
  await deps.queues.aggregate.send([{ message: { v: WRITES, pipeline: deps.pipeline.name, run, type: 'finish' } }]);
}
