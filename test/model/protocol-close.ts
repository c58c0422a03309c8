import { END, placeBehind } from '../../shared/domain/chain.ts';
import { packCount } from '../../shared/domain/completion.ts';
import { FIRST_PLACE, sliceExtent } from '../../shared/domain/layout.ts';
import { isFinal, TRANSITIONS } from '../../shared/domain/run.ts';
import { LINES, pageText } from './alphabet.ts';
import { type Context, insert, placeKey, rootFull, segmentFull, segmentRecord, send } from './context.ts';
import type { Closer } from './processes.ts';
import { giveUpRestSteps } from './protocol-give-up.ts';
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
      return step(legal ? 'close: status closing' : 'close: is closed, or over', () => {
        cx.say(() => LINES.close(legal));
        p.at = legal ? 'plan' : 'read status';
        if (!legal) return;
        moveTo(w, 'closing');
        run.reason ??= p.reason;
      });
    }
    case 'read status': {
      const isClosing = run.status === 'closing';
      const then = () => {
        if (isClosing) p.at = 'plan';
        else end(w, p);
      };
      return [{ name: isClosing ? 'close: resume closing' : 'close: too late', peeks: true, run: then }];
    }
    case 'plan':
      return step(run.plan === null ? 'close: finds no plan' : 'close: read plan', () => {
        cx.say(() => LINES.readPlan(run.plan));
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
        cx.say(() => LINES.putPlan(run.plan ?? 0));
        p.at = 'open';
      });
    case 'open':
      return step('close: open ROOT', () => {
        w.root.slices = run.plan;
        const full = rootFull(cx, w);
        cx.say(() => LINES.openRoot(run.plan ?? 0, full));
        if (full && cx.bug !== 'full run not told by closing') p.at = 'tell run';
        else if (cx.bug === 'close without END') p.at = 'read root';
        else nextSlice(cx, w, p);
      });
    case 'checkpoint':
      return [slice?.checkpoint, ...(may(w, 'stale') ? [slice?.was] : [])].map((read, i) => ({
        name: i === 0 ? 'close: read checkpoint' : 'close: read an old checkpoint',
        fault: i > 0,
        run: () => {
          if (i > 0) spend(w, 'stale');
          cx.say(() => LINES.readCheckpoints());
          p.place = read?.place ?? FIRST_PLACE;
          p.at = 'tail';
        },
      }));
    case 'tail': {
      const key = placeKey(p.place);
      const stored = slice?.chain[key];
      if (stored === undefined) {
        return step('close: finds no END', () => {
          cx.say(() => LINES.readPage(p.slice, key, null));
          p.at = cx.bug === 'cut said after END' ? 'end' : 'cut';
        });
      }
      return step('close: walk page', () => {
        const page = cx.page(stored);
        cx.say(() => LINES.readPage(p.slice, key, pageText(page)));
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
        const full = segmentFull(cx, w, last);
        cx.say(() => LINES.setSize(last, lastSize ?? 0, full));
        p.at = full ? 'tell segment' : 'count';
      });
    case 'tell segment':
      return step('close: tell segment', () => {
        send(cx, w, `g:${p.slice}-${sliceExtent(p.place, geometry).segments - 1}`);
        p.at = 'count';
      });
    case 'count':
      return step('close: count slice', () => {
        const { segments } = sliceExtent(p.place, geometry);
        insert(w.root.counted, packCount(p.slice, segments));
        const full = rootFull(cx, w);
        cx.say(() => LINES.countSlice(p.slice, segments, full));
        if (full) p.at = 'tell run';
        else nextSlice(cx, w, p);
      });
    case 'tell run':
      return step('close: tell run', () => {
        send(cx, w, 'f');
        nextSlice(cx, w, p);
      });
    default:
      return giveUpRestSteps(cx, w, p);
  }
}

function nextSlice(cx: Context, w: World, p: Closer): void {
  p.slice++;
  if (p.slice >= (w.run.plan ?? 0)) {
    p.at = 'read root';
    return;
  }
  p.place = w.slices[p.slice]?.checkpoint?.place ?? FIRST_PLACE;
  // Where no read is stale, it makes no difference when the checkpoint is read: any of them is on the chain.
  p.at = cx.level.budget.stale === undefined ? 'tail' : 'checkpoint';
}

/** Said before it is so: a report that lacks children must never pass for a whole one. Too late once the finish began. */
function flagStep(cx: Context, { run }: World, then: () => void): Step[] {
  const open =
    (run.status !== 'none' && run.status !== 'finishing' && !isFinal(run.status)) || cx.bug === 'cut said late';
  return step(open ? 'close: flag the run as cut' : 'close: too late to flag', () => {
    cx.say(() => LINES.flag('cut'));
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
      cx.say(() => LINES.putPage(p.slice, key, pageText(END), false));
      p.at = 'tail';
    });
  }
  return step('close: put END', () => {
    if (slice) slice.chain[key] = cx.pageNumber(END);
    cx.say(() => LINES.putPage(p.slice, key, pageText(END), true));
    w.ghost.cut = true;
    if (cx.bug === 'cut said after END') p.at = 'cut late';
    else afterEnd(cx, p);
  });
}

function afterEnd(cx: Context, p: Closer): void {
  p.at = sliceExtent(p.place, cx.level.geometry).lastSize === null ? 'count' : 'size';
}
