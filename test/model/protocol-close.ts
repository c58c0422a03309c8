import { blockSize, END, placeBehind } from '../../shared/domain/chain.ts';
import { isBlockFull, packCount } from '../../shared/domain/completion.ts';
import { FIRST_PLACE, sliceExtent } from '../../shared/domain/layout.ts';
import { isFinal, TRANSITIONS } from '../../shared/domain/run.ts';
import { missing } from '../../shared/domain/sending.ts';
import {
  addBlock,
  addDone,
  addOutcomes,
  addSegment,
  blockOf,
  type Context,
  insert,
  placeKey,
  readChain,
  rootFull,
  segmentFull,
  segmentRecord,
  send,
} from './context.ts';
import { parseWork, segmentOf } from './messages.ts';
import type { Closer, GiverUp } from './processes.ts';
import { end, type Step } from './steps.ts';
import { may, moveTo, spend, type World } from './world.ts';

const step = (name: string, run: () => void): Step[] => [{ name, run }];

/** Status closing → END at each tail → sizes and counts → give up every missing child. */
export function closerSteps(cx: Context, w: World, p: Closer): Step[] {
  const { run } = w;
  const slice = w.slices[p.slice];
  const { geometry } = cx.level;
  switch (p.at) {
    case 'status': {
      const legal = TRANSITIONS.close.from.some((status) => status === run.status);
      if (!legal && run.status !== 'closing') return step('close: too late', () => end(w, p));
      return step(legal ? 'close: status closing' : 'close: resume closing', () => {
        moveTo(w, 'closing');
        run.reason ??= p.reason;
        p.at = 'plan';
      });
    }
    case 'plan':
      return step(run.plan === null ? 'close: finds no plan' : 'close: read plan', () => {
        p.at = run.plan === null ? 'cut plan' : 'open';
      });
    case 'cut plan':
      return flagStep(cx, w, () => {
        p.at = 'no plan';
      });
    case 'no plan':
      return step(run.plan === null ? 'close: put empty plan' : 'close: adopt plan', () => {
        if (run.plan === null) w.ghost.cut = true;
        run.plan ??= 0;
        p.at = 'open';
      });
    case 'open':
      return step('close: open ROOT', () => {
        w.root.slices = run.plan;
        if (rootFull(cx, w) && cx.bug !== 'full run not told by closing') p.at = 'tell run';
        else if (cx.bug === 'close without END') lookAtBlocks(cx, w, p);
        else nextSlice(cx, w, p, 0);
      });
    case 'checkpoint':
      return [slice?.checkpoint, ...(may(w, 'stale') ? [slice?.was] : [])].map((read, i) => ({
        name: i === 0 ? 'close: read checkpoint' : 'close: read an old checkpoint',
        fault: i > 0,
        run: () => {
          if (i > 0) spend(w, 'stale');
          p.place = read?.place ?? FIRST_PLACE;
          p.at = 'tail';
        },
      }));
    case 'tail': {
      const stored = slice?.chain[placeKey(p.place)];
      if (stored === undefined) {
        return step('close: finds no END', () => {
          p.at = cx.bug === 'cut said after END' ? 'end' : 'cut';
        });
      }
      return step('close: walk page', () => {
        const page = cx.page(stored);
        if (page.kind === 'items') p.place = placeBehind(p.place, page, geometry);
        else afterEnd(cx, p);
      });
    }
    case 'cut':
      return flagStep(cx, w, () => {
        p.at = 'end';
      });
    case 'end':
      return endStep(cx, w, p);
    case 'cut late':
      return flagStep(cx, w, () => afterEnd(cx, p));
    case 'size':
      return step('close: size of last segment', () => {
        const { segments, lastSize } = sliceExtent(p.place, geometry);
        const last = `${p.slice}-${segments - 1}`;
        segmentRecord(w, last).size = lastSize;
        p.at = segmentFull(cx, w, last) ? 'tell segment' : 'count';
      });
    case 'tell segment':
      return step('close: tell segment', () => {
        send(cx, w, `g:${p.slice}-${sliceExtent(p.place, geometry).segments - 1}`);
        p.at = 'count';
      });
    case 'count':
      return step('close: count slice', () => {
        insert(w.root.counted, packCount(p.slice, sliceExtent(p.place, geometry).segments));
        if (rootFull(cx, w)) p.at = 'tell run';
        else nextSlice(cx, w, p, p.slice + 1);
      });
    case 'tell run':
      return step('close: tell run', () => {
        send(cx, w, 'f');
        // A full run has nothing left to end or to give up.
        end(w, p);
      });
    case 'block': {
      const id = p.blocks[0] ?? '';
      const segment = segmentRecord(w, segmentOf(id));
      if (segment.frozen) {
        return step('close: is frozen', () => {
          p.at = 'frozen';
        });
      }
      return step('close: read BLOCK', () => {
        const pages = pagesOf(cx, w, id);
        const { done } = blockOf(w, id);
        p.missing = missing({ done: new Set(done), registers: new Map() }, 0, blockSize(pages));
        // A full block is told again: whoever filled it may have died before.
        p.at = p.missing.length > 0 ? 'page' : 'tell';
      });
    }
    case 'frozen':
      return step('close: add frozen segment to ROOT', () => {
        if (addSegment(cx, w, segmentOf(p.blocks[0] ?? ''))) p.at = 'tell run';
        else nextBlockOf(w, p);
      });
    case 'page':
      return step('close: write page of given up', () => {
        const letter = run.reason === 'expired' ? 'E' : 'C';
        addOutcomes(
          w,
          p.blocks[0] ?? '',
          p.missing.map((n): [number, string] => [n, letter]),
        );
        p.at = 'add';
      });
    case 'add':
      return step('close: add given up', () => {
        const id = p.blocks[0] ?? '';
        const done = addDone(cx, w, id, p.missing);
        p.missing = [];
        if (isBlockFull(new Set(done), blockSize(pagesOf(cx, w, id)))) p.at = 'tell';
        else nextBlockOf(w, p);
      });
    case 'tell':
      return step('close: add block to segment', () => {
        if (addBlock(cx, w, p.blocks[0] ?? '')) p.at = 'notify';
        else nextBlockOf(w, p);
      });
    case 'notify':
      return step('close: tell segment', () => {
        send(cx, w, `g:${segmentOf(p.blocks[0] ?? '')}`);
        nextBlockOf(w, p);
      });
  }
}

function nextSlice(cx: Context, w: World, p: Closer, slice: number): void {
  p.slice = slice;
  if (p.slice >= (w.run.plan ?? 0)) {
    lookAtBlocks(cx, w, p);
    return;
  }
  p.place = w.slices[slice]?.checkpoint?.place ?? FIRST_PLACE;
  // Where no read is stale, it makes no difference when the checkpoint is read: any of them is on the chain.
  p.at = cx.level.budget.stale === undefined ? 'tail' : 'checkpoint';
}

/** Said before it is so: a report that lacks children must never pass for a whole one. Too late once the finish began. */
function flagStep(cx: Context, { run }: World, then: () => void): Step[] {
  const open =
    (run.status !== 'none' && run.status !== 'finishing' && !isFinal(run.status)) || cx.bug === 'cut said late';
  return step(open ? 'close: flag the run as cut' : 'close: too late to flag', () => {
    if (open) run.cut = true;
    then();
  });
}

/** END, if the place is still empty; else what stands there is walked. */
function endStep(cx: Context, w: World, p: Closer): Step[] {
  const slice = w.slices[p.slice];
  const key = placeKey(p.place);
  if (slice?.chain[key] !== undefined) {
    return step('close: put END, place is taken', () => {
      p.at = 'tail';
    });
  }
  return step('close: put END', () => {
    if (slice) slice.chain[key] = cx.pageNumber(END);
    w.ghost.cut = true;
    if (cx.bug === 'cut said after END') p.at = 'cut late';
    else afterEnd(cx, p);
  });
}

function afterEnd(cx: Context, p: Closer): void {
  p.at = sliceExtent(p.place, cx.level.geometry).lastSize === null ? 'count' : 'size';
}

function lookAtBlocks(cx: Context, w: World, p: Closer): void {
  p.blocks = w.slices.slice(0, w.run.plan ?? 0).flatMap((_, i) => readChain(cx, w, i).blocks.map(({ id }) => id));
  p.slice = 0;
  p.at = 'block';
  if (p.blocks.length === 0) end(w, p);
}

function nextBlockOf(w: World, p: Closer): void {
  p.blocks.shift();
  p.at = 'block';
  if (p.blocks.length === 0) end(w, p);
}

function pagesOf(cx: Context, w: World, block: string) {
  const slice = Number(block.slice(0, block.indexOf('-')));
  return readChain(cx, w, slice).blocks.find(({ id }) => id === block)?.pages ?? [];
}

/** The dead-letter handler on a work message. */
export function giverUpSteps(cx: Context, w: World, p: GiverUp): Step[] {
  const work = parseWork((p.held[0] ?? '').slice(1));
  switch (p.at) {
    case 'read':
      return step('dead letter: read BLOCK', () => {
        const { done, registers } = blockOf(w, work.block);
        const old = (registers[work.slot]?.turn ?? 0) !== work.turn && cx.bug !== 'dead letter of an old turn';
        p.missing = missing({ done: new Set(done), registers: new Map() }, work.slot, work.items.length);
        if (old) p.missing = [];
        p.at = old ? 'delete' : 'page';
      });
    case 'page':
      return step('dead letter: write page', () => {
        addOutcomes(
          w,
          work.block,
          p.missing.map((n): [number, string] => [n, 'D']),
        );
        p.at = 'add';
      });
    case 'add':
      return step('dead letter: add given up', () => {
        const done = addDone(cx, w, work.block, p.missing);
        p.missing = [];
        p.at = isBlockFull(new Set(done), work.size) ? 'tell' : 'delete';
      });
    case 'tell':
      return step('dead letter: add block to segment', () => {
        p.at = addBlock(cx, w, work.block) ? 'notify' : 'delete';
      });
    case 'notify':
      return step('dead letter: tell segment', () => {
        send(cx, w, `g:${segmentOf(work.block)}`);
        p.at = 'delete';
      });
    case 'delete':
      return step('dead letter: delete message', () => end(w, p));
  }
}
