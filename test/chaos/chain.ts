import { placeBehind, slotsOf } from '../../shared/domain/chain.ts';
import { childId } from '../../shared/domain/ids.ts';
import type { Json } from '../../shared/domain/json.ts';
import { type BlockRef, FIRST_PLACE } from '../../shared/domain/layout.ts';
import { parseRedrivenItem } from '../../shared/domain/redrive.ts';
import type { Deps } from '../../shared/ports/deps.ts';
import { release } from '../../shared/storage/spill.ts';
import { slotKey } from './journal.ts';

/** A child as the stored chain has it: the truth that a report is measured by. */
export interface StoredChild {
  /** Its id in the report: in a redrive that of the root run. */
  readonly id: string;
  readonly item: Json;
  /** The slot that its messages carry it in. */
  readonly slot: string;
  readonly slice: number;
  /** Its block, and its number there. */
  readonly block: BlockRef;
  readonly n: number;
}

/**
 * All children of a run's chains, in order.
 * @throws {Error} where a chain has no END
 */
export async function storedChildren(deps: Deps, run: string): Promise<StoredChild[]> {
  const { runs, chains } = deps.stores;
  const record = await runs.read(run);
  const children: StoredChild[] = [];
  for (const slice of ((await runs.readPlan(run)) ?? []).keys()) {
    let place = FIRST_PLACE;
    for (;;) {
      const page = await chains.readPage(run, slice, place);
      if (!page) throw new Error(`The chain of slice ${slice} has no END, but a gap at ${JSON.stringify(place)}.`);
      if (page.kind === 'end') break;
      const { segment, block } = place;
      const ref = { slice, segment, block };
      for (const { first, items } of slotsOf(page)) {
        const slot = slotKey(run, { at: [slice, segment, block], slot: first });
        for (const [offset, held] of items.entries()) {
          const n = first + offset;
          const value = await release(deps.objects, held);
          const [id, item] = record?.redrive
            ? parseRedrivenItem(value)
            : [childId({ slice, segment, block, n }), value];
          children.push({ id, item: await release(deps.objects, item), slot, slice, block: ref, n });
        }
      }
      place = placeBehind(place, page);
    }
  }
  return children;
}
