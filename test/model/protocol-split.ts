import { type Page, placeBehind } from '../../shared/domain/chain.ts';
import { packCount } from '../../shared/domain/completion.ts';
import { sliceExtent } from '../../shared/domain/layout.ts';
import { LINES, pageText } from './alphabet.ts';
import { type Context, insert, messagesOf, placeKey, rootFull, segmentFull, segmentRecord, send } from './context.ts';
import { cutPages, draftPage } from './drafting.ts';
import { aheadSteps, canaryStep, checkpoint, leaseStep, outOfTime, releaseStep, stop } from './leasing.ts';
import type { Splitter } from './processes.ts';
import { deleteStep, putBackStep, type Step } from './steps.ts';
import { isWatched, may, mayCall, type SliceRecord, spend, type World } from './world.ts';

/** Page by page, block by block; then the slice's extent. */
export function splitterSteps(cx: Context, w: World, p: Splitter): Step[] {
  const slice = w.slices[p.slice];
  if (!slice) throw new RangeError(`No slice ${p.slice}.`);
  const { geometry } = cx.level;
  switch (p.at) {
    case 'resume':
      return [leaseStep(cx, w, p, slice), ...aheadSteps(w, p)];
    case 'page':
      return pageSteps(cx, w, p, slice);
    case 'put':
      return [
        {
          name: 'split: put page whatever is there',
          run: () => {
            const mine = draftPage(cx, p);
            slice.chain[placeKey(p.place)] = cx.pageNumber(mine);
            p.at = 'page';
            behindPage(cx, p, mine, true);
          },
        },
      ];
    case 'send':
      return sendStep(cx, w, p);
    case 'checkpoint':
      return checkpointSteps(cx, w, p, slice);
    case 'read status':
      return [
        {
          name: mayGoOn(w) ? 'split: read status' : 'split: no call allowed any more, stop',
          peeks: true,
          run: () => {
            if (mayGoOn(w)) p.at = 'page';
            else stop(cx, p, false);
          },
        },
      ];
    case 'release':
      return [releaseStep(cx, p, slice)];
    case 'hand on':
      return [
        // Those that are open say how soon one of them looks again; nothing else hangs on it.
        { name: 'split: read how many are open', run: () => cx.say(() => LINES.readRoot(rootFull(cx, w))) },
        {
          name: 'split: hand on',
          run: () => {
            send(cx, w, `s:${p.slice}`);
            p.at = 'delete';
          },
        },
      ];
    case 'size':
      return [
        {
          name: 'split: size of last segment',
          run: () => {
            const { segments, lastSize } = sliceExtent(p.place, geometry);
            const last = `${p.slice}-${segments - 1}`;
            segmentRecord(w, last).size = lastSize;
            const full = segmentFull(cx, w, last);
            cx.say(() => LINES.setSize(last, lastSize ?? 0, full));
            p.at = full ? 'tell segment' : 'count';
          },
        },
      ];
    case 'tell segment':
      return [
        {
          name: 'split: tell segment',
          run: () => {
            send(cx, w, `g:${p.slice}-${sliceExtent(p.place, geometry).segments - 1}`);
            p.at = 'count';
          },
        },
      ];
    case 'count':
      return [
        {
          name: 'split: count slice',
          run: () => {
            const { segments } = sliceExtent(p.place, geometry);
            insert(w.root.counted, packCount(p.slice, segments));
            const full = rootFull(cx, w);
            cx.say(() => LINES.countSlice(p.slice, segments, full));
            p.at = full ? 'tell run' : 'checkpoint';
          },
        },
      ];
    case 'tell run':
      return [
        {
          name: 'split: tell run',
          run: () => {
            send(cx, w, 'f');
            p.at = 'checkpoint';
          },
        },
      ];
    case 'delete':
      return [deleteStep(cx, w, p, 'split')];
    case 'back':
      return [putBackStep(cx, w, p, 'split')];
  }
}

/** Adopts the page that is there, or puts its own. Reading an empty place, and losing it to another, change nothing. */
function pageSteps(cx: Context, w: World, p: Splitter, slice: SliceRecord): Step[] {
  const key = placeKey(p.place);
  const stored = slice.chain[key];
  const steps: Step[] = [];
  if (p.timeUp && p.pages.length === 0) return [outOfTime(p), ...sendBeside(cx, w, p)];
  // At a block's start alone: elsewhere no checkpoint can stand.
  const stops = may(w, 'continuation') && p.pages.length === 0 ? [{ ...outOfTime(p, w), fault: true }] : [];
  if (p.reached) return [canaryStep(cx, p, slice), ...stops];
  const isAtBound = p.bound !== null && p.cursor >= p.bound;
  if (stored === undefined) {
    const findNone = () => {
      cx.say(() => LINES.readPage(p.slice, key, null));
      p.reached = isAtBound;
    };
    steps.push({ name: 'split: find no page', run: findNone });
    if (isAtBound) return steps;
  } else {
    steps.push({
      name: 'split: place is taken',
      run: () => cx.say(() => LINES.putPage(p.slice, key, pageText(draftPage(cx, p)), false)),
    });
  }
  const mine = draftPage(cx, p);
  const counted = mine.kind === 'end' && cx.bug === 'no END page' && stored === undefined;
  steps.push({
    name: stored === undefined ? `split: put ${mine.kind} page` : `split: adopt ${cx.page(stored).kind} page`,
    run: () => {
      if (cx.bug === 'lease instead of a condition' && stored === undefined) {
        p.at = 'put';
        return;
      }
      if (cx.bug === 'overwrite on restart' || (stored === undefined && !counted)) {
        slice.chain[key] = cx.pageNumber(mine);
        cx.say(() => LINES.putPage(p.slice, key, pageText(mine), true));
      } else if (stored !== undefined) cx.say(() => LINES.readPage(p.slice, key, pageText(cx.page(stored))));
      behindPage(cx, p, counted ? mine : cx.page(slice.chain[key] ?? 0), stored === undefined);
    },
  });
  const cuts = may(w, 'continuation') ? cutSteps(cx, w, p, slice) : [];
  return [...steps, ...cuts, ...stops, ...sendBeside(cx, w, p)];
}

/** Messages of complete blocks are on their way while the next block is read. */
function sendBeside(cx: Context, w: World, p: Splitter): Step[] {
  return p.out.length > 0 && p.unsent > 0 ? sendStep(cx, w, p) : [];
}

/** Out of time within a page: the block is as long as it got. */
function cutSteps(cx: Context, w: World, p: Splitter, slice: SliceRecord): Step[] {
  const key = placeKey(p.place);
  const stored = slice.chain[key];
  return cutPages(cx, p).map((page) => ({
    name: stored === undefined ? 'split: put what there was time for' : 'split: place is taken, out of time',
    fault: true,
    run: () => {
      cx.say(() => LINES.putPage(p.slice, key, pageText(page), stored === undefined));
      if (stored !== undefined) return;
      spend(w, 'continuation');
      slice.chain[key] = cx.pageNumber(page);
      p.timeUp = true;
      behindPage(cx, p, page, true);
    },
  }));
}

function checkpointSteps(cx: Context, w: World, p: Splitter, slice: SliceRecord): Step[] {
  const ahead = () => {
    spend(w, 'continuation');
    checkpoint(cx, p, slice);
    p.unsent = 0;
    p.opens = false;
    stop(cx, p, true);
  };
  const mayBeAhead = may(w, 'continuation') && !p.ended && !p.waits && !p.handsOn && p.out.length === 0;
  return [
    ...(mayBeAhead ? [{ name: 'split: checkpoint, enough waits', fault: true, run: ahead }] : []),
    {
      name: p.ended ? 'split: checkpoint at END' : 'split: checkpoint',
      run: () => {
        checkpoint(cx, p, slice);
        p.unsent = 0;
        p.opens = false;
        if (p.out.length > 0) p.at = 'send';
        else if (p.ended) p.at = 'delete';
        else if (p.waits || p.handsOn) stop(cx, p, p.handsOn);
        // Where nobody closes or pauses, the status says the same at any time: reading it is no step.
        else p.at = isWatched(cx.level) ? 'read status' : 'page';
      },
    },
  ];
}

/** Not where it was cancelled or paused, or is past its deadline. */
const mayGoOn = (w: World): boolean => w.run.status === 'none' || mayCall(w);

/** @param isOwn it put the page: then it looks at no place behind the canary's */
function behindPage(cx: Context, p: Splitter, page: Page, isOwn: boolean): void {
  const block = `${p.slice}-${p.place.segment}.${p.place.block}`;
  if (page.kind === 'end') {
    // END in the middle of a block cuts it short: what there is of it is sent.
    if (cx.bug !== 'block cut short not sent') p.out.push(...messagesOf(block, cx.itemsPages(p.pages)));
    p.ended = true;
    p.pages = [];
    p.at = p.out.length > 0 ? 'send' : afterSend(cx, p);
    return;
  }
  p.pages.push(cx.pageNumber(page));
  p.place = placeBehind(p.place, page, cx.level.geometry);
  p.cursor = typeof page.cursor === 'number' ? page.cursor : 0;
  if (isOwn && p.bound !== null && p.cursor >= p.bound) p.reached = true;
  if (!page.endsBlock) return;
  p.out.push(...messagesOf(block, cx.itemsPages(p.pages)));
  p.pages = [];
  p.unsent++;
  if (cx.bug === 'checkpoint before sent') p.at = 'checkpoint';
  else if (p.opens || p.unsent >= cx.level.window) p.at = p.out.length > 0 ? 'send' : 'checkpoint';
}

function sendStep(cx: Context, w: World, p: Splitter): Step[] {
  return [
    {
      name: 'split: send slot',
      run: () => {
        const message = p.out.shift() ?? '';
        if (cx.level.workers.forward === undefined) insertSent(w, message);
        else send(cx, w, message);
        if (p.out.length === 0 && p.at === 'send') p.at = afterSend(cx, p);
      },
    },
  ];
}

function afterSend(cx: Context, p: Splitter): Splitter['at'] {
  if (!p.ended) return cx.bug === 'checkpoint before sent' ? 'page' : 'checkpoint';
  return sliceExtent(p.place, cx.level.geometry).lastSize === null ? 'count' : 'size';
}

function insertSent(w: World, message: string): void {
  if (w.ghost.sent.includes(message)) return;
  w.ghost.sent.push(message);
  w.ghost.sent.sort();
}
