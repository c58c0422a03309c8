import { blockSize } from '../domain/chain.ts';
import { isPointer } from '../domain/held.ts';
import { type BlockRef, FIRST_PLACE, nextBlock } from '../domain/layout.ts';
import { parseRedrivenItem } from '../domain/redrive.ts';
import { readSlices } from '../flow/slices.ts';
import type { BlockContent } from '../ports/block-store.ts';
import type { Deps } from '../ports/deps.ts';

/** Blocks that are looked through at most: 16,384 children, by a query each. */
const MOST_BLOCKS = 64;
/** Blocks read at once. */
const AT_ONCE = 8;

/** Where a redrive that goes on has a child that it calls again. */
export interface RedrivenChild {
  readonly content: BlockContent;
  /** Its number within the redrive's block. */
  readonly n: number;
  /** Calls made before the redrive. */
  readonly before: number;
}

/**
 * Finds a child of a redrive that goes on, by the id it has in the report. Its items are in the report's order and numbered anew, so they are
 * looked through: of a large redrive, the first.
 */
export async function findRedriven(deps: Pick<Deps, 'stores'>, run: string, id: string): Promise<RedrivenChild | null> {
  const blocks = await blocksOf(deps, run);
  for (let i = 0; i < blocks.length; i += AT_ONCE) {
    const read = blocks.slice(i, i + AT_ONCE).map((ref) => deps.stores.blocks.readAll(run, ref));
    for (const content of await Promise.all(read)) {
      const items = content.pages.flatMap((page) => page.items);
      const n = items.findIndex((item) => !isPointer(item) && parseRedrivenItem(item)[0] === id);
      if (n >= 0 && n < blockSize(content.pages)) return { content, n, before: parseRedrivenItem(items[n])[2] };
    }
  }
  return null;
}

async function blocksOf({ stores }: Pick<Deps, 'stores'>, run: string): Promise<readonly BlockRef[]> {
  const refs: BlockRef[] = [];
  for (const { slice, checkpoint } of await readSlices({ stores }, run, await stores.runs.readCompletion(run))) {
    const { segment = 0, block = 0 } = checkpoint?.place ?? {};
    // The block behind the checkpoint as well: that lags.
    for (let at = FIRST_PLACE; refs.length < MOST_BLOCKS; at = nextBlock(at)) {
      if (at.segment > segment || (at.segment === segment && at.block > block)) break;
      refs.push({ slice, segment: at.segment, block: at.block });
    }
  }
  return refs;
}
