import type { Section } from '../author/section.ts';
import { blockSize } from '../domain/chain.ts';
import { childId } from '../domain/ids.ts';
import type { SegmentRef } from '../domain/layout.ts';
import { mergeOutcomes } from '../domain/outcome.ts';
import { parseRedrivenItem } from '../domain/redrive.ts';
import { addCounts, type Counts, NO_COUNTS } from '../domain/run.ts';
import { segmentsSoFar } from '../flow/segments-so-far.ts';
import type { BlockContent } from '../ports/block-store.ts';
import type { Deps } from '../ports/deps.ts';
import type { RunRecord } from '../ports/run-store.ts';
import { type HeldRow, readPartIndex } from '../storage/part.ts';
import { RowReducer } from '../storage/row-reducer.ts';
import { release } from '../storage/spill.ts';

/** A run's report as it would be of the children that have ended so far. */
export interface Preview {
  /** Of the children in it. */
  readonly counts: Counts;
  readonly sections: readonly Section[];
  /** Why there are no sections, where the reduce failed. */
  readonly failure: string | null;
  /** False where the time was over before all that have ended were read. */
  readonly isWhole: boolean;
}

/**
 * Reduces what a run that goes on has come to. Frozen segments count by their statistics, the others' rows are reduced here, for as
 * long as it may. Of a redrive, the children that it calls again.
 */
export async function previewReport(deps: Deps, record: RunRecord, budgetMs: number): Promise<Preview> {
  const until = deps.clock.now() + budgetMs;
  const reducer = new RowReducer(deps, budgetMs);
  const { reduction } = reducer;
  let counts = NO_COUNTS;
  const ended = (isWhole: boolean): Preview => ({
    counts,
    sections: reduction.sections({ counts }),
    failure: reduction.failure,
    isWhole,
  });
  for await (const { ref, frozen, blocks } of segmentsSoFar(deps, record.run)) {
    if (frozen) {
      counts = addCounts(counts, frozen.counts);
      if (frozen.reduceError !== undefined) reduction.fail(frozen.reduceError);
      else reduction.merge(frozen.statistics ?? (await readPartIndex(deps.objects, frozen.part)).statistics);
    } else {
      for (let block = 0; block < blocks && deps.clock.now() < until; block++) {
        const rows = await endedRows(
          deps,
          record,
          { ...ref, block },
          await deps.stores.blocks.readAll(record.run, { ...ref, block }),
        );
        for await (const reduced of reducer.reduce(rows)) counts = addCounts(counts, countsOf(reduced.rows));
      }
    }
    if (deps.clock.now() >= until) return ended(false);
  }
  return ended(true);
}

/** The children of a block that have ended. */
async function endedRows(
  { objects }: Deps,
  { redrive }: RunRecord,
  ref: SegmentRef & { readonly block: number },
  { pages, outcomes }: BlockContent,
): Promise<HeldRow[]> {
  const ends = mergeOutcomes(outcomes);
  const items = pages.flatMap((page) => page.items);
  const rows: HeldRow[] = [];
  for (let n = 0; n < blockSize(pages); n++) {
    const [held, end] = [items[n], ends.get(n)];
    if (held === undefined || !end) continue;
    const [id, item] = redrive ? parseRedrivenItem(await release(objects, held)) : [childId({ ...ref, n }), held];
    const { status, reason, result, attempts, ms, at } = end;
    rows.push({ id, item, status, reason, result, attempts, ms, at });
  }
  return rows;
}

function countsOf(rows: readonly HeldRow[]): Counts {
  const of = (status: HeldRow['status']) => rows.filter((row) => row.status === status).length;
  return {
    total: rows.length,
    succeeded: of('SUCCEEDED'),
    failed: of('FAILED'),
    cancelled: of('CANCELLED'),
    expired: of('EXPIRED'),
  };
}
