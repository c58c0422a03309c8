import { type Completion, isBlockFull, isRootFull, isSegmentFull } from '../domain/completion.ts';
import type { BlockRef, SegmentRef } from '../domain/layout.ts';
import type { Deps } from '../ports/deps.ts';
import type { SegmentRecord } from '../ports/segment-store.ts';

/**
 * The ladder: a full block is added to its segment's set, a full segment is told to the aggregator, a frozen one is added
 * to the run's set, a full and counted run is told to finish. Each rung is written before the next is told, and is told
 * again by whoever finds it full: a notification may be lost, what it stood for can't be.
 */
export async function completeBlockIfFull(
  deps: Deps,
  run: string,
  block: BlockRef,
  done: ReadonlySet<number>,
  size: number,
  ttl: number,
): Promise<void> {
  if (!isBlockFull(done, size)) return;
  await notifyIfSegmentFull(deps, run, block, await deps.stores.segments.addBlock(run, block, ttl));
}

export async function notifyIfSegmentFull(
  deps: Deps,
  run: string,
  { slice, segment }: SegmentRef,
  state: SegmentRecord,
): Promise<void> {
  if (!isSegmentFull(state, segment)) return;
  await deps.queues.aggregate.send([
    { message: { v: 1, pipeline: deps.pipeline.name, run, type: 'segment', slice, segment } },
  ]);
}

export async function completeSegment(deps: Deps, run: string, { slice, segment }: SegmentRef): Promise<void> {
  await notifyIfRunComplete(deps, run, await deps.stores.runs.addSegment(run, slice, segment));
}

export async function notifyIfRunComplete(deps: Deps, run: string, root: Completion): Promise<void> {
  if (!isRootFull(root)) return;
  await deps.queues.aggregate.send([{ message: { v: 1, pipeline: deps.pipeline.name, run, type: 'finish' } }]);
}
