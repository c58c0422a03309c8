import {
  type BlockState,
  delaySeconds,
  missing,
  type Register,
  type Results,
  sendable,
} from '../../shared/domain/sending.ts';
import { LINES } from './alphabet.ts';
import { type Context, fromRegister, toBlock } from './context.ts';
import type { Work } from './messages.ts';
import type { Forwarder } from './processes.ts';
import { may, spend, type World } from './world.ts';

/** What its calls came to, as {@link nextRegister} takes it; children that are neither of these are handed back. */
export function resultsOf({ level, bug }: Context, p: Forwarder, complete: boolean): Results {
  const due = level.delays ? 1 : 0;
  return {
    ended: endedOf(p),
    again: new Map([...p.again, ...(bug === 'a try spent on pressure' ? p.pressed : [])].map((n) => [n, due])),
    handedBack: new Map(p.pressed.map((n) => [n, due])),
    pressed: new Set(p.pressed),
    ...(p.waits && { waiting: new Map(p.waits.map((n) => [n, 1])) }),
    complete,
  };
}

/** The first child that is due got an answer that says more of it than that its service is busy. */
export function answered(p: Forwarder): void {
  const n = p.due.shift();
  p.pressed = p.pressed.filter((child) => child !== n);
}

/**
 * The service is busy when the first children that are due are called: ways to call them again, before or behind any of the others, and
 * to hand them back. Children that are called together keep their place: it would change nothing but the order.
 * @param store what comes behind the last call
 */
export function pressure(
  cx: Context,
  w: World,
  p: Forwarder,
  { block }: Work,
  set: readonly number[],
  store: () => void,
) {
  if (!may(w, 'pressure')) return [];
  const meet = () => {
    spend(w, 'pressure');
    cx.say(() => LINES.call(block, set, 'B'));
    p.halves.shift();
    for (const _ of set) answered(p);
    p.pressed.push(...set);
  };
  const again = p.due.map((_, place) => () => {
    meet();
    p.due.splice(place, 0, ...set);
  });
  const handBack = () => {
    meet();
    if (p.due.length === 0) store();
  };
  const ways = cx.level.itemsPerCall > 1 ? [] : again;
  return [...ways.map((run) => ({ isAgain: true, run })), { isAgain: false, run: handBack }];
}

/** Its children that ended, stored or not. */
function endedOf({ ended, kept = [] }: Forwarder): Set<number> {
  return new Set([...kept, ...ended.map(([n]) => n)]);
}

export function letterOf({ items, slot }: Work, n: number): string {
  return items[n - slot] ?? '';
}

/** What its update will write, and how long the next message waits. */
export function leaveBehind(p: Forwarder, work: Work, block: BlockState, next: Register | null): void {
  p.next = next && fromRegister(next);
  const ended = endedOf(p);
  const missed = missing(block, work.slot, work.items.length).filter((n) => !ended.has(n));
  const left = next ? sendable(next, missed) : [];
  p.delayed = next !== null && left.length > 0 && delaySeconds(next, left, 0) > 0;
}

/** BLOCK as it read it, or as a planted bug takes it. */
export function blockSeen(cx: Context, p: Forwarder, work: Work): BlockState {
  const { done, register } = p.seen ?? { done: [], register: null };
  const mark = register?.mark;
  if (!mark) return toBlock({ done, register }, work.slot);
  const as = (changed: Partial<typeof mark>) =>
    toBlock({ done, register: { ...register, mark: { ...mark, ...changed } } }, work.slot);
  if (mark.by === p.id) return as(cx.bug === 'mark of its own counts' ? { by: NOBODY, expired: true } : {});
  if (cx.bug === 'mark without deadline') return as({ expired: false });
  return as(cx.bug === 'mark of the living counts' ? { expired: true } : {});
}

const NOBODY = 0;

export function tell(cx: Context, p: Forwarder): void {
  leaveSuspect(p);
  p.full = false;
  p.at = cx.bug === 'tell before write' ? 'notify' : 'tell';
  // Deleted already: a crash from here on gives nothing back.
  if (cx.bug === 'delete before tell') p.lapsed = true;
}

export function countCalls(cx: Context, w: World, items: readonly string[]): void {
  if (!cx.level.countCalls) return;
  for (const item of items) w.ghost.calls[item] = (w.ghost.calls[item] ?? 0) + 1;
}

export function leaveSuspect(p: Forwarder): void {
  p.care = 0;
  p.marks = false;
  p.partial = false;
  p.seen = null;
  p.again = [];
  p.pressed = [];
  p.halves = [];
  p.called = [];
  p.mark = null;
  p.next = null;
}
