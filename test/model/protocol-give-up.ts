import { blockSize } from '../../shared/domain/chain.ts';
import { isBlockFull, segmentsOf } from '../../shared/domain/completion.ts';
import { unpackSegment } from '../../shared/domain/ids.ts';
import { missing } from '../../shared/domain/sending.ts';
import { LINES } from './alphabet.ts';
import {
  addBlock,
  addDone,
  addOutcomes,
  addSegment,
  blockOf,
  type Context,
  readChain,
  registerLines,
  rootFull,
  segmentFull,
  segmentRecord,
  send,
  toRoot,
} from './context.ts';
import { blockNumber, parseSegment, parseWork, segmentOf } from './messages.ts';
import type { Closer, GiverUp } from './processes.ts';
import { deleteStep, end, putBackStep, type Step } from './steps.ts';
import type { World } from './world.ts';

const step = (name: string, run: () => void): Step[] => [{ name, run }];

/** The second half of closing: from ROOT down to what isn't finished, each full set told, each missing child given up. */
export function giveUpRestSteps(cx: Context, w: World, p: Closer): Step[] {
  const [segment = ''] = p.segments;
  const [id = ''] = p.blocks;
  switch (p.at) {
    case 'read root':
      return step('close: read ROOT', () => {
        cx.say(() => LINES.readRoot(rootFull(cx, w)));
        p.segments = unfinishedSegments(cx, w);
        p.at = 'segment';
        if (p.segments.length === 0) end(w, p);
      });
    case 'segment': {
      const { frozen, done } = segmentRecord(w, segment);
      const full = segmentFull(cx, w, segment);
      return step(frozen ? 'close: is frozen' : full ? 'close: SEG is full' : 'close: read SEG', () => {
        cx.say(() => LINES.readSegment(segment, frozen !== null, full));
        if (frozen) p.at = 'frozen';
        else if (full) p.at = 'full';
        else {
          const blocks = readChain(cx, w, parseSegment(segment).slice).blocks.map((block) => block.id);
          p.blocks = blocks.filter((block) => segmentOf(block) === segment && !done.includes(blockNumber(block)));
          p.at = 'block';
          if (p.blocks.length === 0) nextSegment(w, p);
        }
      });
    }
    case 'frozen':
      return step('close: add frozen segment to ROOT', () => {
        if (addSegment(cx, w, segment)) p.at = 'tell frozen';
        else nextSegment(w, p);
      });
    case 'tell frozen':
      return step('close: tell run of frozen segment', () => {
        send(cx, w, 'f');
        nextSegment(w, p);
      });
    case 'full':
      return step('close: tell full segment', () => {
        send(cx, w, `g:${segment}`);
        nextSegment(w, p);
      });
    case 'block':
      return step('close: read BLOCK', () => {
        const { done } = blockOf(w, id);
        cx.say(() => LINES.readAll(id, done));
        p.missing = missing({ done: new Set(done), registers: new Map() }, 0, sizeOf(cx, w, id));
        // A full block is told again: whoever filled it may have died before.
        p.at = p.missing.length > 0 ? 'page' : 'tell';
      });
    case 'page':
      return step('close: write page of given up', () => {
        giveUp(cx, w, id, p.missing, w.run.reason === 'expired' ? 'E' : 'C');
        p.at = 'add';
      });
    case 'add':
      return step('close: add given up', () => {
        if (addGivenUp(cx, w, id, p, sizeOf(cx, w, id))) p.at = 'tell';
        else nextBlockOf(w, p);
      });
    case 'tell':
      return step('close: add block to segment', () => {
        if (addBlock(cx, w, id)) p.at = 'notify';
        else nextBlockOf(w, p);
      });
    case 'notify':
      return step('close: tell segment of given up', () => {
        send(cx, w, `g:${segmentOf(id)}`);
        nextBlockOf(w, p);
      });
    default:
      throw new RangeError(`A closer has no step ${p.at}.`);
  }
}

/** Segments of slices that are counted, and, with the planted bug, of those that are not. */
function unfinishedSegments(cx: Context, w: World): string[] {
  const counted = segmentsOf(toRoot(w.root)).filter((packed) => !w.root.done.includes(packed));
  if (cx.bug !== 'close without END') {
    return counted.map(unpackSegment).map(({ slice, segment }) => `${slice}-${segment}`);
  }
  return [...new Set(w.slices.flatMap((_, slice) => readChain(cx, w, slice).blocks.map(({ id }) => segmentOf(id))))];
}

function nextSegment(w: World, p: Closer): void {
  p.segments.shift();
  p.at = 'segment';
  if (p.segments.length === 0) end(w, p);
}

function nextBlockOf(w: World, p: Closer): void {
  p.blocks.shift();
  p.at = 'block';
  if (p.blocks.length === 0) nextSegment(w, p);
}

function sizeOf(cx: Context, w: World, block: string): number {
  const { slice } = parseSegment(segmentOf(block));
  return blockSize(readChain(cx, w, slice).blocks.find(({ id }) => id === block)?.pages ?? []);
}

function giveUp(cx: Context, w: World, block: string, children: readonly number[], letter: string): void {
  addOutcomes(
    w,
    block,
    children.map((n): [number, string] => [n, letter]),
  );
  const outcomes = children.map((n) => `${n}${letter}`);
  cx.say(() => LINES.putOutcomes(block, outcomes));
}

/** Adds them to the set; says whether the block is full. */
function addGivenUp(cx: Context, w: World, block: string, p: { missing: number[] }, size: number): boolean {
  const children = p.missing;
  const done = addDone(cx, w, block, children);
  cx.say(() => LINES.addDone(block, children, done));
  p.missing = [];
  return isBlockFull(new Set(done), size);
}

/** The dead-letter handler on a work message. */
export function giverUpSteps(cx: Context, w: World, p: GiverUp): Step[] {
  const work = parseWork((p.held[0] ?? '').slice(1));
  switch (p.at) {
    case 'read':
      return step('dead letter: read BLOCK', () => {
        const { done, registers } = blockOf(w, work.block);
        cx.say(() => LINES.readBlock(work.block, done, registerLines(registers)));
        const old = (registers[work.slot]?.turn ?? 0) !== work.turn && cx.bug !== 'dead letter of an old turn';
        p.missing = missing({ done: new Set(done), registers: new Map() }, work.slot, work.items.length);
        if (old) p.missing = [];
        p.at = old ? 'delete' : p.missing.length > 0 ? 'page' : 'add';
      });
    case 'page':
      return step('dead letter: write page', () => {
        giveUp(cx, w, work.block, p.missing, 'D');
        p.at = 'add';
      });
    case 'add':
      return step('dead letter: add given up', () => {
        p.at = addGivenUp(cx, w, work.block, p, work.size) ? 'tell' : 'delete';
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
      return [deleteStep(cx, w, p, 'dead letter')];
    case 'back':
      return [putBackStep(cx, w, p, 'dead letter')];
  }
}
