import type { Held } from '../../shared/domain/held.ts';
import { childId } from '../../shared/domain/ids.ts';
import type { SegmentRef } from '../../shared/domain/layout.ts';
import { mergeOutcomes } from '../../shared/domain/outcome.ts';
import { parseRedrivenItem } from '../../shared/domain/redrive.ts';
import type { BlockContent } from '../../shared/ports/block-store.ts';
import type { HeldRow } from '../../shared/storage/part.ts';
import { release } from '../../shared/storage/spill.ts';
import type { AggregatorDeps } from './deps.ts';

/** One row per child of a block's chain, in its order. A redrive's rows stand under their original ids. */
export async function rowsOf(
  deps: AggregatorDeps,
  isRedrive: boolean,
  ref: SegmentRef & { block: number },
  { pages, outcomes }: BlockContent,
): Promise<HeldRow[]> {
  const ends = mergeOutcomes(outcomes);
  const rows: HeldRow[] = [];
  for (const page of pages) {
    for (const [i, held] of page.items.entries()) {
      const n = page.first + i;
      const { id, item, before } = isRedrive
        ? await original(deps, held)
        : { id: childId({ ...ref, n }), item: held, before: 0 };
      const end = ends.get(n);
      // The set says it's done, and pages are written before the set: without one the store has lost a write.
      if (!end) throw new Error(`Child ${id} is in its block's set but has no outcome page.`);
      const { status, reason, result, attempts, ms, at } = end;
      rows.push({ id, item, status, reason, result, attempts: before + attempts, ms, at });
    }
  }
  return rows;
}

async function original({ objects }: AggregatorDeps, held: Held) {
  const [id, item, before] = parseRedrivenItem(await release(objects, held));
  return { id, item, before };
}
