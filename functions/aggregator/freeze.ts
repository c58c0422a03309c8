import { isSegmentFull } from '../../shared/domain/completion.ts';
import { LAYOUT, type SegmentRef } from '../../shared/domain/layout.ts';
import { completeSegment } from '../../shared/flow/completion.ts';
import type { BlockContent } from '../../shared/ports/block-store.ts';
import type { RunRecord } from '../../shared/ports/run-store.ts';
import { writePart } from '../../shared/storage/write-part.ts';
import type { AggregatorDeps } from './deps.ts';
import { rowsOf } from './rows.ts';
import { MOST_DEATHS, withoutReduce } from './without-reduce.ts';

/** Blocks read ahead while one is being reduced. */
const READ_AHEAD = 8;

/**
 * Freezes a full segment: its pages become rows, a piece of the report and statistics, under a key of this attempt's own;
 * the first attempt to freeze wins, and from then on every reader takes that part. The run's status doesn't matter here.
 * @param receives of the message: from the second on attempts are counted, so that a reduce that kills its function does so a few times
 */
export async function freezeSegment(deps: AggregatorDeps, run: string, ref: SegmentRef, receives = 1): Promise<void> {
  const { segments, runs } = deps.stores;
  const [segment, record] = await Promise.all([segments.read(run, ref), runs.read(run)]);
  if (!segment.frozen) {
    // An early notification: the writer that adds the last block notifies again.
    if (!record || !isSegmentFull(segment, ref.segment)) return;
    const blocks = segment.size ?? LAYOUT.segmentBlocks(ref.segment);
    const isCounted = receives > 1;
    const attempts = isCounted ? await segments.countAttempt(run, ref, 1, record.ttl) : 0;
    try {
      const reducing = attempts > MOST_DEATHS ? withoutReduce(deps) : deps;
      let late: number | null = segment.late ?? 0;
      // A callback that came late is stored before it is counted: what has been read since then holds it.
      while (late !== null) late = await reduceSegment(reducing, record, ref, blocks, late);
    } catch (error) {
      // It lives: a store failed. An attempt that isn't taken back is taken for a death.
      if (isCounted) await segments.countAttempt(run, ref, -1, record.ttl).catch(() => undefined);
      throw error;
    }
  }
  await completeSegment(deps, run, ref);
}

/** @returns null once the segment is frozen; otherwise how many callbacks had come late by then */
async function reduceSegment(
  deps: AggregatorDeps,
  { run, redrive }: RunRecord,
  ref: SegmentRef,
  blocks: number,
  late: number,
): Promise<number | null> {
  const part = `${run}/parts/${ref.slice}-${ref.segment}.${deps.random.id()}`;
  const frozen = await writePart(deps, part, async (draft) => {
    for await (const [block, content] of readAhead(deps, run, ref, blocks)) {
      await draft.add(await rowsOf(deps, redrive !== undefined, { ...ref, block }, content));
    }
  });
  const { segments } = deps.stores;
  if (await segments.freeze(run, ref, { ...frozen, reducedBy: deps.reduceDigest }, late)) return null;
  return (await segments.read(run, ref)).late ?? 0;
}

async function* readAhead(deps: AggregatorDeps, run: string, ref: SegmentRef, blocks: number) {
  const read = (block: number) => {
    const reading = deps.stores.blocks.readAll(run, { ...ref, block });
    // Awaited below; until then a rejection must not count as unhandled.
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
