import { FIRST_PLACE } from '../../shared/domain/layout.ts';
import { LINES, placeText } from './alphabet.ts';
import type { Context } from './context.ts';
import type { Splitter } from './processes.ts';
import { end, type Step } from './steps.ts';
import { may, type SliceRecord, spend, type World } from './world.ts';

/** A splitter's first write: the slice's lease, if it's free. With it comes the checkpoint. */
export function leaseStep(cx: Context, w: World, p: Splitter, slice: SliceRecord): Step {
  if (slice.lease) {
    return {
      name: 'split: leased by another',
      run: () => {
        cx.say(() => LINES.lease(p.slice, null));
        if (cx.bug === 'dropped at a lease') end(w, p);
        else p.at = 'back';
      },
    };
  }
  return {
    name: slice.checkpoint ? 'split: resume from checkpoint' : 'split: from the beginning',
    run: () => {
      lease(cx, p, slice);
      const { checkpoint } = slice;
      cx.say(() => LINES.lease(p.slice, checkpoint ? placeText(checkpoint.place) : 'from the beginning'));
      p.place = slice.checkpoint?.place ?? FIRST_PLACE;
      p.cursor = slice.checkpoint?.cursor ?? 0;
      p.at = slice.checkpoint?.ended ? 'delete' : 'page';
    },
  };
}

/** Written whoever holds the lease, and taking it: two splitters both tell the truth, and going back only sends again. */
export function checkpoint(cx: Context, p: Splitter, slice: SliceRecord): void {
  cx.say(() => LINES.checkpoint(p.slice, placeText(p.place), p.ended));
  slice.was = slice.checkpoint;
  slice.checkpoint = { place: p.place, cursor: p.cursor, ended: p.ended };
  lease(cx, p, slice);
}

export function releaseStep(cx: Context, p: Splitter, slice: SliceRecord): Step {
  return {
    name: slice.lease?.by === p.id ? 'split: release lease' : "split: lease is another's",
    run: () => {
      cx.say(() => LINES.release(p.slice));
      if (slice.lease?.by === p.id) slice.lease = null;
      if (p.failed) p.at = 'back';
      else p.at = p.handsOn ? 'hand on' : 'delete';
      p.handsOn = false;
    },
  };
}

/** Stops before END: whoever goes on need not wait until the lease runs out. */
export function stop(cx: Context, p: Splitter, handsOn: boolean): void {
  p.handsOn = handsOn && cx.level.leases;
  if (cx.level.leases) p.at = 'release';
  else p.at = handsOn ? 'hand on' : 'delete';
}

/** What waits to be called is no part of this model: it may be enough whenever a splitter looks. */
export function aheadSteps(w: World, p: Splitter): Step[] {
  if (!may(w, 'continuation')) return [];
  const look = () => {
    spend(w, 'continuation');
    p.at = 'hand on';
  };
  return [{ name: 'split: enough waits, look again later', fault: true, run: look }];
}

/** Its share of the canary is enumerated: it waits for the judgement, without a message. */
export function canaryStep(cx: Context, p: Splitter, slice: SliceRecord): Step {
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
      p.waits = true;
      p.at = p.out.length > 0 ? 'send' : 'checkpoint';
    },
  };
}

/** @param spends where running out of time is a fault of its own */
export function outOfTime(p: Splitter, spends: World | null = null): Step {
  const handOn = () => {
    if (spends) spend(spends, 'continuation');
    p.handsOn = true;
    p.at = p.out.length > 0 ? 'send' : 'checkpoint';
  };
  return { name: 'split: out of time', run: handOn };
}

function lease(cx: Context, p: Splitter, slice: SliceRecord): void {
  if (cx.level.leases) slice.lease = { by: p.id };
}
