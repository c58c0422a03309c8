import { blockSize, END, type Page, PageDraft, placeBehind } from '../../shared/domain/chain.ts';
import { packCount } from '../../shared/domain/counting.ts';
import { FIRST_PLACE, sliceExtent } from '../../shared/domain/geometry.ts';
import { SIZES } from '../../shared/domain/limits.ts';
import { maySend } from '../../shared/domain/run.ts';
import { type Context, insert, messagesOf, placeKey, rootFull, segmentFull, segmentRecord, send } from './context.ts';
import type { Splitter, Starter } from './processes.ts';
import { end, type Step } from './steps.ts';
import { may, spend, type World } from './world.ts';

/** RUN → plan, put if absent → a message per slice → status. */
export function starterSteps(cx: Context, w: World, p: Starter): Step[] {
  switch (p.at) {
    case 'run':
      return [
        {
          name: w.run.status === 'none' ? 'start: put RUN' : 'start: RUN is there',
          run: () => {
            if (w.run.status === 'none') w.run.status = 'planned';
            p.at = 'plan';
          },
        },
      ];
    case 'plan':
      return [
        {
          name: w.run.plan === null ? 'start: put plan' : 'start: adopt plan',
          run: () => {
            w.run.plan ??= p.plan;
            p.plan = w.run.plan;
            p.at = 'open';
          },
        },
      ];
    case 'open':
      return [
        {
          name: 'start: open ROOT',
          run: () => {
            w.root.slices = p.plan;
            // A run of no slices is full as soon as it's open.
            if (rootFull(cx, w)) p.at = 'tell';
            else p.at = p.plan === 0 ? 'split' : 'send';
          },
        },
      ];
    case 'tell':
      return [
        {
          name: 'start: tell run',
          run: () => {
            send(cx, w, 'f');
            p.at = p.plan === 0 ? 'split' : 'send';
          },
        },
      ];
    case 'send':
      return [
        {
          name: 'start: send slice',
          run: () => {
            send(cx, w, `s:${p.slice}`);
            p.slice++;
            if (p.slice >= p.plan) p.at = 'split';
          },
        },
      ];
    case 'split':
      return [
        {
          name: 'start: status splitting',
          run: () => {
            if (w.run.status === 'planned') w.run.status = 'splitting';
            end(w, p);
          },
        },
      ];
  }
}

/** Page by page, block by block; then the slice's extent. */
export function splitterSteps(cx: Context, w: World, p: Splitter): Step[] {
  const slice = w.slices[p.slice];
  if (!slice) throw new RangeError(`No slice ${p.slice}.`);
  const { geometry } = cx.level;
  switch (p.at) {
    case 'resume':
      return [
        {
          name: slice.checkpoint ? 'split: resume from checkpoint' : 'split: from the beginning',
          run: () => {
            p.place = slice.checkpoint?.place ?? FIRST_PLACE;
            p.cursor = slice.checkpoint?.cursor ?? 0;
            p.at = slice.checkpoint?.ended ? 'delete' : 'page';
          },
        },
      ];
    case 'page': {
      const key = placeKey(p.place);
      const stored = slice.chain[key];
      const mine = draftPage(cx, p);
      const counted = mine.kind === 'end' && cx.bug === 'no END page' && stored === undefined;
      const steps: Step[] = [
        {
          name: stored === undefined ? `split: put ${mine.kind} page` : `split: adopt ${cx.page(stored).kind} page`,
          run: () => {
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
    case 'send':
      return sendStep(cx, w, p);
    case 'checkpoint': {
      const checkpoint = () => {
        slice.checkpoint = { place: p.place, cursor: p.cursor, ended: p.ended };
      };
      const steps: Step[] = [
        {
          name: p.ended ? 'split: checkpoint at END' : 'split: checkpoint',
          run: () => {
            checkpoint();
            p.unsent = 0;
            if (p.out.length > 0) p.at = 'send';
            else p.at = p.ended ? 'delete' : 'page';
          },
        },
      ];
      if (may(w, 'continuation') && !p.ended) {
        steps.push({
          name: 'split: checkpoint, then hand on',
          run: () => {
            spend(w, 'continuation');
            checkpoint();
            p.at = 'hand on';
          },
        });
      }
      // Cancelled or paused: noticed behind a checkpoint.
      if (w.run.status !== 'none' && !maySend(w.run.status) && !p.ended) {
        steps.push({
          name: 'split: checkpoint, then stop',
          run: () => {
            checkpoint();
            p.at = 'delete';
          },
        });
      }
      return steps;
    }
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

/** What the source gives from the cursor on, as one page. */
function draftPage(cx: Context, p: Splitter): Page {
  const items = cx.level.sources[p.slice]?.[p.variant] ?? '';
  const first = blockSize(cx.itemsPages(p.pages));
  const key = `${p.slice}.${p.variant}.${p.cursor}.${first}`;
  const page = cx.drafts.get(key) ?? readSource(cx, items, p.cursor, first);
  cx.drafts.set(key, page);
  return page;
}

function readSource(cx: Context, items: string, cursor: number, first: number): Page {
  const draft = new PageDraft(first, cx.level.geometry);
  // One large item fills a page; any number of small ones fits.
  const bytes = cx.level.itemsPerPage === 1 ? SIZES.pageBytes : 1;
  for (let i = cursor; i < items.length && draft.fits(bytes); i++) draft.add(items[i] ?? '', bytes, i + 1);
  if (draft.isEmpty) return END;
  const page = draft.page(draft.fillsBlock);
  // What the source ends with ends its block, however short that is.
  return page.cursor === items.length ? draft.page(true) : page;
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
