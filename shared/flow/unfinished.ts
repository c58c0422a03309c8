import { blockSize, placeBehind } from '../domain/chain.ts';
import { isBlockFull, isSegmentFull, unpackCount } from '../domain/completion.ts';
import { packSegment } from '../domain/ids.ts';
import { type BlockRef, FIRST_PLACE, LAYOUT, nextBlock, type Place, type SegmentRef } from '../domain/layout.ts';
import type { BlockContent } from '../ports/block-store.ts';
import type { Deps } from '../ports/deps.ts';
import type { RunRecord } from '../ports/run-store.ts';
import type { SegmentRecord } from '../ports/segment-store.ts';
import { completeBlockIfFull, completeSegment, notifyIfSegmentFull } from './completion.ts';

/** Blocks read at once. */
const READ_AHEAD = 8;

/** A block that isn't full, with all that is stored of it. */
export interface UnfinishedBlock {
  readonly ref: BlockRef;
  readonly content: BlockContent;
  /** Children it has. */
  readonly size: number;
}

/**
 * Walks down from the run's set to whatever isn't finished: tells each full set and each frozen segment again, and yields
 * the blocks that are not full. What is finished is skipped at the highest level that says so, so that a walk costs what
 * is left, not what there was.
 */
export async function* unfinishedBlocks(deps: Deps, { run, ttl }: RunRecord): AsyncGenerator<UnfinishedBlock> {
  const { runs, segments, chains } = deps.stores;
  const root = await runs.readCompletion(run);
  const counts = new Map([...root.counted].map(unpackCount).map(({ slice, segments }) => [slice, segments]));
  const slices = Array.from({ length: root.slices ?? 0 }, (_, slice) => slice);
  const checkpoints = await chains.readCheckpoints(run, slices);
  for (const slice of slices) {
    const counted = counts.get(slice);
    const tail =
      counted === undefined
        ? await tailOf(deps, run, slice, checkpoints[slice]?.place)
        : { segment: counted, block: 0, page: 0 };
    for (let segment = 0; segment <= tail.segment; segment++) {
      if (root.done.has(packSegment(slice, segment))) continue;
      const ref = { slice, segment };
      const record = await segments.read(run, ref);
      if (record.frozen) await completeSegment(deps, run, ref);
      else if (isSegmentFull(record, segment)) await notifyIfSegmentFull(deps, run, ref, record);
      else yield* blocksOf(deps, run, ttl, ref, record, tail);
    }
  }
}

/**
 * Where the complete blocks of a slice end that is still being enumerated. A checkpoint lags behind what is sent, and while the
 * run is paused forwarders delete such messages: who resumes it must look beyond. A splitter that sends one of these blocks
 * later sends void messages.
 */
async function tailOf({ stores }: Deps, run: string, slice: number, from: Place = FIRST_PLACE): Promise<Place> {
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
  deps: Deps,
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
      const block = refs[j];
      if (!block) continue;
      const size = blockSize(content.pages);
      if (size > 0 && isBlockFull(content.state.done, size)) {
        await completeBlockIfFull(deps, run, block, content.state.done, size, ttl);
      } else yield { ref: block, content, size };
    }
  }
}
