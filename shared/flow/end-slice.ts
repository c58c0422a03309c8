import { END, placeBehind } from '../domain/chain.ts';
import { isCounted } from '../domain/completion.ts';
import { FIRST_PLACE, type Place, sliceExtent } from '../domain/layout.ts';
import type { FlowDeps } from '../ports/deps.ts';
import type { RunRecord } from '../ports/run-store.ts';
import { notifyIfRunComplete, notifyIfSegmentFull } from './completion.ts';

/**
 * Counts a slice whose END stands at `place`: writes its last segment's size, then its number of segments. A write that fills a set
 * notifies the aggregator.
 */
export async function countSlice(
  deps: FlowDeps<'aggregate'>,
  { run, ttl }: { readonly run: string; readonly ttl: number },
  slice: number,
  place: Place,
): Promise<void> {
  const { stores } = deps;
  const { segments, lastSize } = sliceExtent(place);
  if (lastSize !== null) {
    const last = { slice, segment: segments - 1 };
    await notifyIfSegmentFull(deps, run, last, await stores.segments.setSize(run, last, lastSize, ttl));
  }
  const root = await stores.runs.countSlice(run, slice, segments);
  await notifyIfRunComplete(deps, run, root);
  if (isCounted(root)) await stores.runs.move(run, 'counted');
}

/** Moves the run to `running` if every slice is already counted: a start or resume later than the last count must do it. */
export async function moveIfCounted({ stores }: FlowDeps<'aggregate'>, run: string): Promise<RunRecord | null> {
  return isCounted(await stores.runs.readCompletion(run)) ? stores.runs.move(run, 'counted') : null;
}

/**
 * Ends a slice where its chain ends now, also in the middle of a block, and counts it. A splitter that still enumerates
 * meets the END and stops; whichever page was stored first is part of the run.
 */
export async function endSlice(
  deps: FlowDeps<'aggregate'>,
  record: { readonly run: string; readonly ttl: number },
  slice: number,
  from: Place = FIRST_PLACE,
): Promise<void> {
  const { chains, runs } = deps.stores;
  let place = from;
  for (;;) {
    const page = await chains.readPage(record.run, slice, place);
    if (page?.kind === 'end') break;
    if (page) place = placeBehind(place, page);
    else {
      // Flagged before END is put: a report that lacks children must never pass for a whole one.
      await runs.flag(record.run, 'cut');
      if (await chains.putPage(record.run, slice, place, END, record.ttl)) break;
    }
  }
  await countSlice(deps, record, slice, place);
}
