import { type BlockState, delaySeconds, missing, type Register } from '../../shared/domain/sending.ts';
import { type Context, fromRegister } from './context.ts';
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

export function tell(cx: Context, p: Forwarder): void {
  leaveAlone(p);
  p.full = false;
  p.at = cx.bug === 'tell before write' ? 'notify' : 'tell';
  // Deleted already: a crash from here on gives nothing back.
  if (cx.bug === 'delete before tell') p.lapsed = true;
}

export function countCalls(cx: Context, w: World, items: readonly string[]): void {
  if (!cx.level.countCalls) return;
  for (const item of items) w.ghost.calls[item] = (w.ghost.calls[item] ?? 0) + 1;
}

export function leaveAlone(p: Forwarder): void {
  p.alone = false;
  p.seen = null;
  p.again = [];
  p.called = [];
  p.child = null;
  p.next = null;
}
