import { gzipSync } from 'node:zlib';
import { isSegmentFull } from '../../shared/domain/counting.ts';
import { GEOMETRY, type SegmentRef } from '../../shared/domain/geometry.ts';
import { isPointer } from '../../shared/domain/held.ts';
import { childId } from '../../shared/domain/ids.ts';
import { mergeOutcomes } from '../../shared/domain/outcome.ts';
import type { Accumulator } from '../../shared/domain/reduce.ts';
import type { ChildStatus, Row } from '../../shared/domain/row.ts';
import { addCounts, type Counts, NO_COUNTS } from '../../shared/domain/run.ts';
import { release } from '../../shared/flow/hold.ts';
import { type HeldRow, packRows, type PartIndex, partKeys } from '../../shared/flow/part.ts';
import { tellFrozen } from '../../shared/flow/tell.ts';
import type { BlockContent } from '../../shared/ports/block-store.ts';
import { csvRows } from '../../shared/report/csv.ts';
import type { AggregatorDeps } from './deps.ts';

/** Blocks read ahead while one is being reduced. */
const READ_AHEAD = 8;

/**
 * Freezes a full segment: its pages become rows, a piece of the report and statistics, under a key of this attempt's own;
 * the first attempt to say so wins, and from then on everyone reads that part. The run's status doesn't matter here.
 */
export async function freezeSegment(deps: AggregatorDeps, run: string, ref: SegmentRef): Promise<void> {
  const { segments } = deps.stores;
  const segment = await segments.read(run, ref);
  if (!segment.frozen) {
    // An early notification: whoever adds the last block tells again.
    if (!isSegmentFull(segment, ref.segment)) return;
    const part = `${run}/parts/${ref.slice}-${ref.segment}.${deps.random.id()}`;
    const { counts, reasons } = await reduceSegment(deps, run, ref, segment.size ?? GEOMETRY.segmentBlocks(ref.segment), part);
    await segments.freeze(run, ref, { part, counts, reasons });
  }
  await tellFrozen(deps, run, ref);
}

/** Reads the blocks in order and writes the part's objects; holds one segment's compressed rows at most. */
async function reduceSegment(deps: AggregatorDeps, run: string, ref: SegmentRef, blocks: number, part: string) {
  const { pipeline, objects } = deps;
  const accumulator = pipeline.reduce.start();
  const rowMembers: Buffer[] = [];
  const csvMembers: Buffer[] = [];
  const offsets = [0];
  const reasons: Record<string, number> = {};
  let counts = NO_COUNTS;

  for await (const [block, content] of readAhead(deps, run, ref, blocks)) {
    const rows = rowsOf({ ...ref, block }, content);
    const member = packRows(rows);
    rowMembers.push(member);
    offsets.push((offsets.at(-1) ?? 0) + member.length);
    csvMembers.push(gzipSync(csvRows(pipeline.reduce, await released(deps, rows, accumulator))));
    counts = addCounts(counts, countsOf(rows));
    for (const { reason } of rows) if (reason !== null) reasons[reason] = (reasons[reason] ?? 0) + 1;
  }
  const keys = partKeys(part);
  const index: PartIndex = { offsets, statistics: accumulator.toJSON() };
  await Promise.all([
    objects.put(keys.rows, Buffer.concat(rowMembers), 'application/gzip'),
    objects.put(keys.csv, Buffer.concat(csvMembers), 'application/gzip'),
    objects.put(keys.index, JSON.stringify(index), 'application/json'),
  ]);
  return { counts, reasons };
}

async function* readAhead(deps: AggregatorDeps, run: string, ref: SegmentRef, blocks: number) {
  const read = (block: number) => {
    const reading = deps.stores.blocks.readAll(run, { ...ref, block });
    // Awaited in its turn; until then a rejection must not count as unhandled.
    reading.catch(() => undefined);
    return reading;
  };
  const ahead: Promise<BlockContent>[] = [];
  for (let block = 0; block < blocks; block++) {
    while (ahead.length < READ_AHEAD && block + ahead.length < blocks) ahead.push(read(block + ahead.length));
    const content = await ahead.shift();
    if (content) yield [block, content] as const;
  }
}

/** One row per child of the block's chain, in its order. */
function rowsOf(ref: SegmentRef & { block: number }, { pages, outcomes }: BlockContent): HeldRow[] {
  const ends = mergeOutcomes(outcomes);
  return pages.flatMap((page) =>
    page.items.map((item, i) => {
      const n = page.first + i;
      const id = childId({ ...ref, n });
      const end = ends.get(n);
      // The set says it's done, and pages are written before the set: without one the store has lost a write.
      if (!end) throw new Error(`Child ${id} is in its block's set but has no outcome page.`);
      return { id, item, status: end.status, reason: end.reason, result: end.result, attempts: end.attempts, ms: end.ms, at: end.at };
    }),
  );
}

/** The rows with their large values fetched, one at a time, each added to the statistics and cut back to what a cell needs. */
async function released(deps: AggregatorDeps, rows: readonly HeldRow[], accumulator: Accumulator): Promise<Row[]> {
  const whole: Row[] = [];
  for (const row of rows) {
    const inline = !isPointer(row.item) && !isPointer(row.result);
    const full: Row = inline
      ? row
      : { ...row, item: await release(deps.objects, row.item), result: await release(deps.objects, row.result) };
    accumulator.add(full);
    whole.push(full);
  }
  return whole;
}

const COUNTED: Readonly<Record<ChildStatus, keyof Counts>> = {
  SUCCEEDED: 'succeeded',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
  EXPIRED: 'expired',
};

function countsOf(rows: readonly HeldRow[]): Counts {
  const counts = { ...NO_COUNTS, total: rows.length };
  for (const { status } of rows) counts[COUNTED[status]]++;
  return counts;
}
