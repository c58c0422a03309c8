import { blockSize } from '../domain/chain.ts';
import type { BlockRef } from '../domain/layout.ts';
import { mergeOutcomes } from '../domain/outcome.ts';
import type { BlockContent } from '../ports/block-store.ts';
import type { Deps } from '../ports/deps.ts';
import { segmentsSoFar } from './segments-so-far.ts';

/** Blocks read at once. */
const READ_AHEAD = 16;

/**
 * Failed children of a run so far, by their outcomes. It is asked anew every minute and all other runs wait for it: a frozen
 * segment says its number itself, no value is fetched, and counting ends once there are enough for a decision.
 */
export async function countFailed(
  deps: Pick<Deps, 'stores'>,
  run: string,
  isEnough: (failed: number) => boolean,
): Promise<number> {
  const open: BlockRef[] = [];
  let failed = 0;
  for await (const { ref, frozen, blocks } of segmentsSoFar(deps, run)) {
    if (frozen) failed += frozen.counts.failed;
    else open.push(...Array.from({ length: blocks }, (_, block) => ({ ...ref, block })));
    if (isEnough(failed)) return failed;
  }
  for (let i = 0; i < open.length && !isEnough(failed); i += READ_AHEAD) {
    const read = open.slice(i, i + READ_AHEAD).map((ref) => deps.stores.blocks.readAll(run, ref));
    for (const content of await Promise.all(read)) failed += failedOf(content);
  }
  return failed;
}

function failedOf({ pages, outcomes }: BlockContent): number {
  const size = blockSize(pages);
  return [...mergeOutcomes(outcomes).values()].filter(({ n, status }) => n < size && status === 'FAILED').length;
}
