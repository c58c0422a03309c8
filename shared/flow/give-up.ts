import type { BlockRef } from '../domain/geometry.ts';
import type { ChildStatus } from '../domain/row.ts';
import { type BlockState, callsOf } from '../domain/sending.ts';
import type { Deps } from './deps.ts';
import { writeOutcomes } from './outcomes.ts';
import { tellIfBlockFull } from './tell.ts';

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
  await tellIfBlockFull(deps, run, block, await deps.stores.blocks.addDone(run, block, children, ttl), size, ttl);
}
