import { blockSize } from '../domain/chain.ts';
import { type ChildRef, childId } from '../domain/ids.ts';
import type { Json } from '../domain/json.ts';
import type { SegmentRef } from '../domain/layout.ts';
import { SIZES } from '../domain/limits.ts';
import { mergeOutcomes } from '../domain/outcome.ts';
import { parseRedrivenItem } from '../domain/redrive.ts';
import { CHILD_STATUSES, type ChildStatus } from '../domain/row.ts';
import { isFinal } from '../domain/run.ts';
import { segmentsSoFar } from '../flow/segments-so-far.ts';
import type { Deps } from '../ports/deps.ts';
import type { RunRecord } from '../ports/run-store.ts';
import type { Frozen } from '../ports/segment-store.ts';
import { readManifest } from '../storage/manifest.ts';
import { readPartBlock, readPartIndex } from '../storage/part.ts';
import { release } from '../storage/spill.ts';
import { existingRun } from './existing-run.ts';

/** A child that ended: one that did not succeed, unless others were asked for. */
export interface Failure {
  readonly id: string;
  readonly status: ChildStatus;
  readonly reason: string | null;
  readonly attempts: number;
  readonly item: Json;
  /** Excerpt of the last answer's body, where the definition keeps one; of a child that succeeded its result. */
  readonly body: Json;
  /** ISO time. */
  readonly at: string;
}

/**
 * The children of a run that did not succeed, in the report's order, also while it goes on: from frozen parts, and for the
 * rest from what is stored so far. Streams: 190,000 of them take no more memory than one.
 * @throws {RunNotFoundError}
 */
export async function* failures(deps: Deps, run: string, filter: FailuresFilter = {}): AsyncGenerator<Failure> {
  for await (const { failure } of readFailures(deps, run, filter)) if (failure) yield failure;
}

export interface FailuresFilter {
  readonly reason?: string | undefined;
  /** How they ended. Default: all that did not succeed. */
  readonly statuses?: readonly ChildStatus[] | undefined;
}

/** A step of a reading of failures. */
export interface FailureStep {
  /** Where it stands in the order of reading; what lies before needn't be read again. In a redrive it isn't the child's id. */
  readonly at: ChildRef;
  /** Null where a block, or a part, has no more of them. */
  readonly failure: Failure | null;
}

/**
 * {@link failures} in steps, so that a reader may stop after any of them and go on later.
 * @param filter `behind`: a step's place, to go on behind it
 * @throws {RunNotFoundError}
 */
export async function* readFailures(
  deps: Deps,
  run: string,
  { reason, statuses = NOT_SUCCEEDED, behind }: FailuresFilter & { readonly behind?: ChildRef | undefined } = {},
): AsyncGenerator<FailureStep> {
  const record = await existingRun(deps, run);
  const wanted: Wanted = {
    reason: (code) => reason === undefined || code === reason,
    statuses,
    from: firstPlace(behind),
  };
  if (!isFinal(record.status)) yield* soFar(deps, record, wanted);
  else
    for (const part of await readManifest(deps.objects, run)) {
      if (compare(part, wanted.from) >= 0) yield* ofPart(deps, part, part, wanted);
    }
}

const NOT_SUCCEEDED = CHILD_STATUSES.filter((status) => status !== 'SUCCEEDED');

interface Wanted {
  readonly statuses: readonly ChildStatus[];
  readonly reason: (reason: string | null) => boolean;
  /** The first place that is read. */
  readonly from: ChildRef;
}

/** Stands behind every child of a block. */
const BLOCK_END = SIZES.blockChildren;

function firstPlace(behind: ChildRef | undefined): ChildRef {
  if (!behind) return { slice: 0, segment: 0, block: 0, n: 0 };
  const { block, n } = behind;
  return { ...behind, ...(n >= BLOCK_END ? { block: block + 1, n: 0 } : { n: n + 1 }) };
}

/** Whether a segment comes before (negative), is, or comes behind the one of a place. */
const compare = (a: SegmentRef, b: SegmentRef) => a.slice - b.slice || a.segment - b.segment;

/** Where reading a segment begins: in its middle where that is the place. */
function beginning(segment: SegmentRef, { from }: Wanted): { block: number; n: number } {
  return compare(segment, from) === 0 ? from : { block: 0, n: 0 };
}

async function* ofPart(
  { objects }: Deps,
  { slice, segment }: SegmentRef,
  { part, counts, reasons }: Pick<Frozen, 'part' | 'counts' | 'reasons'>,
  wanted: Wanted,
): AsyncGenerator<FailureStep> {
  const isAny = wanted.statuses.includes('SUCCEEDED') || counts.succeeded < counts.total;
  if (!isAny || !(wanted.reason(null) || Object.keys(reasons).some(wanted.reason))) return;
  const index = await readPartIndex(objects, part);
  const first = beginning({ slice, segment }, wanted);
  for (let block = first.block; block < index.offsets.length - 1; block++) {
    const rows = await readPartBlock(objects, part, index, block);
    for (const [n, row] of rows.entries()) {
      if (!wanted.statuses.includes(row.status) || !wanted.reason(row.reason)) continue;
      if (block === first.block && n < first.n) continue;
      const [item, body] = [await release(objects, row.item), await release(objects, row.result)];
      const { id, status, reason, attempts } = row;
      const failure = { id, status, reason, attempts, item, body, at: new Date(row.at).toISOString() };
      yield { at: { slice, segment, block, n }, failure };
    }
    yield { at: { slice, segment, block, n: BLOCK_END }, failure: null };
  }
}

async function* soFar(deps: Deps, { run, redrive }: RunRecord, wanted: Wanted): AsyncGenerator<FailureStep> {
  for await (const { ref, frozen, blocks } of segmentsSoFar(deps, run, wanted.from)) {
    if (frozen) {
      yield* ofPart(deps, ref, frozen, wanted);
      continue;
    }
    const first = beginning(ref, wanted);
    for (let block = first.block; block < blocks; block++) {
      const { pages, outcomes } = await deps.stores.blocks.readAll(run, { ...ref, block });
      const ends = mergeOutcomes(outcomes);
      const items = pages.flatMap((page) => page.items);
      const size = blockSize(pages);
      for (let n = block === first.block ? first.n : 0; n < size; n++) {
        const end = ends.get(n);
        if (!end || !wanted.statuses.includes(end.status) || !wanted.reason(end.reason)) continue;
        const value = await release(deps.objects, items[n] ?? null);
        const [id, item] = redrive ? parseRedrivenItem(value) : [childId({ ...ref, block, n }), value];
        const { status, reason, attempts } = end;
        const failure = {
          id,
          status,
          reason,
          attempts,
          item: await release(deps.objects, item),
          body: await release(deps.objects, end.result),
          at: new Date(end.at).toISOString(),
        };
        yield { at: { ...ref, block, n }, failure };
      }
      yield { at: { ...ref, block, n: BLOCK_END }, failure: null };
    }
  }
}
