import { type Page, placeBehind } from '../../shared/domain/chain.ts';
import { packCount } from '../../shared/domain/completion.ts';
import { sliceExtent } from '../../shared/domain/layout.ts';
import { type Context, insert, messagesOf, placeKey, rootFull, segmentFull, segmentRecord, send } from './context.ts';
import { draftPage } from './drafting.ts';
import { checkpoint, leaseStep, releaseStep, stop } from './leasing.ts';
import type { Splitter } from './processes.ts';
import { end, type Step } from './steps.ts';
import { may, mayCall, type SliceRecord, spend, type World } from './world.ts';

/** Page by page, block by block; then the slice's extent. */
export function splitterSteps(cx: Context, w: World, p: Splitter): Step[] {
  const slice = w.slices[p.slice];
  if (!slice) throw new RangeError(`No slice ${p.slice}.`);
  const { geometry } = cx.level;
  switch (p.at) {
    case 'resume':
      return [leaseStep(cx, w, p, slice)];
    case 'page': {
      const key = placeKey(p.place);
      const stored = slice.chain[key];
      if (stored === undefined && p.bound !== null && p.cursor >= p.bound) return [canaryStep(cx, p, slice)];
      const mine = draftPage(cx, p);
      const counted = mine.kind === 'end' && cx.bug === 'no END page' && stored === undefined;
      const steps: Step[] = [
        {
          name: stored === undefined ? `split: put ${mine.kind} page` : `split: adopt ${cx.page(stored).kind} page`,
          run: () => {
            if (cx.bug === 'lease instead of a condition' && stored === undefined) {
              p.at = 'put';
              return;
            }
            if (cx.bug === 'overwrite on restart' || (stored === undefined && !counted)) {
              slice.chain[key] = cx.pageNumber(mine);
            }
            behindPage(cx, p, counted ? mine : cx.page(slice.chain[key] ?? 0));
          },
        },
      ];
      // Messages of complete blocks are on their way while the next block is read.
      if (p.out.length > 0 && p.unsent > 0) steps.push(...sendStep(cx, w, p));
      return steps;
    }
    case 'put':
      return [
        {
          name: 'split: put page whatever is there',
          run: () => {
            const mine = draftPage(cx, p);
            slice.chain[placeKey(p.place)] = cx.pageNumber(mine);
            p.at = 'page';
            behindPage(cx, p, mine);
          },
        },
      ];
    case 'send':
      return sendStep(cx, w, p);
    case 'checkpoint': {
      const steps: Step[] = [
        {
          name: p.ended ? 'split: checkpoint at END' : 'split: checkpoint',
          run: () => {
            checkpoint(cx, p, slice);
            p.unsent = 0;
            if (p.out.length > 0) p.at = 'send';
            else p.at = p.ended ? 'delete' : 'page';
          },
        },
      ];
      if (may(w, 'continuation') && !p.ended) {
        steps.push({
          name: 'split: checkpoint, then hand on',
          fault: true,
          run: () => {
            spend(w, 'continuation');
            checkpoint(cx, p, slice);
            stop(cx, p, true);
          },
        });
      }
      // Cancelled, paused or past its deadline: noticed behind a checkpoint.
      if (w.run.status !== 'none' && !mayCall(w) && !p.ended) {
        steps.push({
          name: 'split: checkpoint, then stop',
          run: () => {
            checkpoint(cx, p, slice);
            stop(cx, p, false);
          },
        });
      }
      return steps;
    }
    case 'release':
      return [releaseStep(p, slice)];
    case 'hand on':
      return [
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
            p.at = segmentFull(cx, w, last) ? 'tell segment' : 'count';
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
            insert(w.root.counted, packCount(p.slice, sliceExtent(p.place, geometry).segments));
            p.at = rootFull(cx, w) ? 'tell run' : 'checkpoint';
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
      return [{ name: 'split: delete message', run: () => end(w, p) }];
  }
}

/** Its share of the canary is enumerated: it waits for the judgement, without a message. */
function canaryStep(cx: Context, p: Splitter, slice: SliceRecord): Step {
  // Within a block no checkpoint can stand. Whoever put these pages knew that the canary has passed, and has a message.
  if (p.pages.length > 0) {
    return {
      name: 'split: canary passed without it, stop',
      run: () => {
        if (cx.bug === 'checkpoint within a block') checkpoint(cx, p, slice);
        stop(cx, p, false);
      },
    };
  }
  return {
    name: 'split: wait for the canary',
    run: () => {
      if (p.out.length > 0) p.at = 'send';
      else if (p.unsent > 0) p.at = 'checkpoint';
      else stop(cx, p, false);
    },
  };
}

function behindPage(cx: Context, p: Splitter, page: Page): void {
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
  if (!page.endsBlock) return;
  p.out.push(...messagesOf(block, cx.itemsPages(p.pages)));
  p.pages = [];
  p.unsent++;
  if (cx.bug === 'checkpoint before sent') p.at = 'checkpoint';
  else if (p.unsent >= cx.level.window) p.at = p.out.length > 0 ? 'send' : 'checkpoint';
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
