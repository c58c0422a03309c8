import { blockSize, END, placeBehind } from '../../shared/domain/chain.ts';
import { isBlockFull, packCount } from '../../shared/domain/counting.ts';
import { FIRST_PLACE, sliceExtent } from '../../shared/domain/geometry.ts';
import { TRANSITIONS } from '../../shared/domain/run.ts';
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
import type { World } from './world.ts';

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
        run.status = 'closing';
        run.reason ??= p.reason;
        p.at = 'plan';
      });
    }
    case 'plan':
      return step(run.plan === null ? 'close: put empty plan' : 'close: read plan', () => {
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
    case 'tail': {
      const stored = slice?.chain[placeKey(p.place)];
      return step(stored === undefined ? 'close: put END' : 'close: walk page', () => {
        if (!slice) return;
        if (stored === undefined) slice.chain[placeKey(p.place)] = cx.pageNumber(END);
        const page = cx.page(slice.chain[placeKey(p.place)] ?? 0);
        if (page.kind === 'items') p.place = placeBehind(p.place, page, geometry);
        else p.at = sliceExtent(p.place, geometry).lastSize === null ? 'count' : 'size';
      });
    }
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
        const letter = p.reason === 'cancelled' ? 'C' : 'E';
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
  p.place = w.slices[slice]?.checkpoint?.place ?? FIRST_PLACE;
  if (p.slice < (w.run.plan ?? 0)) p.at = 'tail';
  else lookAtBlocks(cx, w, p);
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
        const old = (registers[work.slot]?.turn ?? 0) !== work.turn;
        p.missing = missing({ done: new Set(done), registers: new Map() }, work.slot, work.items.length);
        if (old) p.missing = [];
        p.at = old ? 'delete' : 'page';
      });
    case 'page':
      return step('dead letter: write page', () => {
        addOutcomes(
          w,
          work.block,
          p.missing.map((n): [number, string] => [n, 'F']),
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
