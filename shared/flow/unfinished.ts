import { blockSize, placeBehind } from '../domain/chain.ts';
import { isSegmentFull } from '../domain/completion.ts';
import { packSegment } from '../domain/ids.ts';
import {
  FIRST_PLACE,
  LAYOUT,
  nextBlock,
  type Place,
  type RunBlock,
  type SegmentRef,
  sliceExtent,
} from '../domain/layout.ts';
import type { BlockContent } from '../ports/block-store.ts';
import type { FlowDeps } from '../ports/deps.ts';
import type { RunRecord } from '../ports/run-store.ts';
import type { SegmentRecord } from '../ports/segment-store.ts';
import { completeBlockIfFull, completeSegment, notifyIfSegmentFull } from './completion.ts';
import { readSlices } from './slices.ts';

/** Blocks read at once. */
const READ_AHEAD = 8;

/** A block that isn't full, with all that is stored of it. */
export interface UnfinishedBlock {
  readonly block: RunBlock;
  readonly content: BlockContent;
}

/**
 * Walks down from the run's set to what isn't finished: completes each full block and each frozen segment again, notifies of each
 * full segment again, and yields the blocks that are not full. What is finished is skipped at the highest level that says so, so
 * that a walk costs what is left, not what there was.
 */
export async function* unfinishedBlocks(
  deps: FlowDeps<'aggregate'>,
  { run, ttl }: Pick<RunRecord, 'run' | 'ttl'>,
): AsyncGenerator<UnfinishedBlock> {
  const root = await deps.stores.runs.readCompletion(run);
  for (const { slice, segments, checkpoint } of await readSlices(deps, run, root)) {
    const tail =
      segments === null ? await tailOf(deps, run, slice, checkpoint?.place) : { segment: segments, block: 0, page: 0 };
    for (let segment = 0; segment < sliceExtent(tail).segments; segment++) {
      if (root.done.has(packSegment(slice, segment))) continue;
      const ref = { slice, segment };
      const record = await deps.stores.segments.read(run, ref);
      if (record.frozen) await completeSegment(deps, run, ref);
      else if (isSegmentFull(record, segment)) await notifyIfSegmentFull(deps, run, ref, record);
      else yield* blocksOf(deps, run, ttl, ref, record, tail);
    }
  }
}

/**
 * Where the complete blocks of a slice end that is still being enumerated. A checkpoint lags behind what is sent, and while the
 * run is paused forwarders delete messages that were sent beyond it: a resume must look there too. A splitter that sends one of
 * these blocks later sends void messages.
 */
async function tailOf(
  { stores }: FlowDeps<'aggregate'>,
  run: string,
  slice: number,
  from: Place = FIRST_PLACE,
): Promise<Place> {
  let place = from;
  for (;;) {
    const page = await stores.chains.readPage(run, slice, place);
    // A block whose pages aren't all stored is still to be sent.
    if (!page) return { ...place, page: 0 };
    if (page.kind === 'end') return place.page === 0 ? place : nextBlock(place);
    place = placeBehind(place, page);
  }
}

async function* blocksOf(
  deps: FlowDeps<'aggregate'>,
  run: string,
  ttl: number,
  ref: SegmentRef,
  record: SegmentRecord,
  tail: Place,
): AsyncGenerator<UnfinishedBlock> {
  const blocks = ref.segment === tail.segment ? tail.block : (record.size ?? LAYOUT.segmentBlocks(ref.segment));
  const open = Array.from({ length: blocks }, (_, b) => b).filter((b) => !record.done.has(b));
  for (let i = 0; i < open.length; i += READ_AHEAD) {
    const refs = open.slice(i, i + READ_AHEAD).map((block) => ({ ...ref, block }));
    const contents = await Promise.all(refs.map((block) => deps.stores.blocks.readAll(run, block)));
    for (const [j, content] of contents.entries()) {
      const ref = refs[j];
      if (!ref) continue;
      const block = { run, ref, size: blockSize(content.pages), ttl };
      const isFull = block.size > 0 && (await completeBlockIfFull(deps, block, content.state.done));
      if (!isFull) yield { block, content };
    }
  }
}
