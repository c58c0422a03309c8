import { type BlockState, delaySeconds, missing, type Register } from '../../shared/domain/sending.ts';
import { type Context, fromRegister, toBlock } from './context.ts';
import type { Work } from './messages.ts';
import type { Forwarder } from './processes.ts';
import type { World } from './world.ts';

/** What its update will write, and how long the next message waits. */
export function leaveBehind(p: Forwarder, work: Work, block: BlockState, next: Register | null): void {
  p.next = next && fromRegister(next);
  const ended = new Set(p.ended.map(([n]) => n));
  const left = missing(block, work.slot, work.items.length).filter((n) => !ended.has(n));
  p.delayed = next !== null && delaySeconds(next, left, 0) > 0;
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
  p.called = [];
  p.mark = null;
  p.next = null;
}
