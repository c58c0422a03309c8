import type { Rules } from './item.ts';
import type { CallRecord, CallWorld, DeadLetter, Forward, Message, Pair, Process } from './world.ts';

/** What processes do to each other's world besides the conditional writes of `item.ts`. */

export function callOf(w: CallWorld, which: number): CallRecord {
  const call = w.calls[which];
  if (!call) throw new RangeError(`There is no call ${which}.`);
  return call;
}

export function end(w: CallWorld, p: Process): void {
  w.procs = w.procs.filter((other) => other !== p);
}

export function send(w: CallWorld, pairs: readonly Pair[]): void {
  const known = new Set([...w.queue, ...heldBy(w)].map(({ copy }) => copy));
  let copy = 0;
  while (known.has(copy)) copy++;
  w.queue.push({ copy, pairs: [...pairs] });
}

export const heldBy = (w: CallWorld): Message[] => w.procs.flatMap((p) => ('message' in p ? [p.message] : []));

/** Whoever has it in hand has nothing any more that could come back. An invocation that is past its end deletes nothing. */
export function deleteMessage(w: CallWorld, p: Forward | DeadLetter, { bug }: Rules): void {
  const { copy } = p.message;
  if (p.kind === 'forward' && p.late && bug !== 'deleted by a dawdler') return;
  w.queue = w.queue.filter((message) => message.copy !== copy);
  for (const other of w.procs) if ('message' in other && other.message.copy === copy) other.deleted = true;
}

/** Its invocation is over, by its own word or by its death, and its message visible again. */
export function putBack(w: CallWorld, p: Forward | DeadLetter): void {
  if (!p.deleted && !(p.kind === 'forward' && p.late)) w.queue.push(p.message);
  end(w, p);
}

/** To all that must know; telling it again is no harm. */
export function tell(w: CallWorld, which: number): void {
  const { outcome } = callOf(w, which);
  const ghost = w.ghost.of[which];
  if (!ghost) return;
  if (ghost.told !== null && ghost.told !== outcome) w.ghost.wrong ??= `told ${outcome}, and ${ghost.told} before`;
  ghost.told = outcome;
}

export function unlist(w: CallWorld, which: number): void {
  callOf(w, which).listed = null;
}

/** A try came to nothing: another may be made. */
export function hear(w: CallWorld, which: number, what: 'failure' | 'pressure' | 'a mark ran out'): void {
  const ghost = w.ghost.of[which];
  if (!ghost) return;
  ghost.tries += 1;
  if (what === 'failure') ghost.failures += 1;
}

export function runOut(w: CallWorld, which: number): void {
  const { mark } = callOf(w, which);
  if (mark === null || mark.over) return;
  mark.over = true;
  hear(w, which, 'a mark ran out');
}
