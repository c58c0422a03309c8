import type { BlockRef } from '../domain/layout.ts';
import type { ChildStatus } from '../domain/row.ts';
import { type BlockState, callsOf } from '../domain/sending.ts';
import type { Deps } from '../ports/deps.ts';
import { completeBlockIfFull } from './completion.ts';
import { writeOutcomes } from './outcomes.ts';

/**
 * Gives children an end without a call: outcome page, set, notification. A real outcome beside it wins.
 * @param state the block as read, which knows of the calls made before
 */
export async function giveUp(
  deps: Deps,
  run: string,
  block: BlockRef,
  state: BlockState,
  children: readonly number[],
  why: { readonly status: Exclude<ChildStatus, 'SUCCEEDED'>; readonly reason: string },
  { size, ttl }: { readonly size: number; readonly ttl: number },
): Promise<void> {
  const outcomes = children.map((n) => ({ n, ...why, result: null, attempts: callsOf(state, n), ms: 0 }));
  await writeOutcomes(deps, run, block, outcomes, ttl);
  await completeBlockIfFull(deps, run, block, await deps.stores.blocks.addDone(run, block, children, ttl), size, ttl);
}
