import { maySend } from '../../shared/domain/run.ts';
import { decide } from '../../shared/domain/sending.ts';
import { LINES } from './alphabet.ts';
import { beginSuspects, finish, rest, sameBlock } from './batch.ts';
import { blockOf, type Context, registerLines } from './context.ts';
import { blockSeen, tell } from './forwarding.ts';
import { delivery, parseWork, type Work } from './messages.ts';
import type { Forwarder } from './processes.ts';
import type { Step } from './steps.ts';
import { isWatched, may, type RegisterRecord, type RunRecord, spend, statusNow, type World } from './world.ts';

/** BLOCK, read consistently: once for all messages of the batch that it holds, and anew before each mark. */
export function readSteps(cx: Context, w: World, p: Forwarder, work: Work): Step[] {
  const together = p.marks ? [p] : sameBlock(w, p).filter(({ at }) => at === 'read');
  if (together[0] !== p) return [];
  const read = (done: readonly number[], registers: Readonly<Record<string, RegisterRecord>>) => {
    cx.say(() => LINES.readBlock(work.block, done, registerLines(registers)));
    for (const one of together) {
      const message = parseWork(one.held[0] ?? '');
      one.seen = { done: [...done], register: registers[message.slot] ?? null };
      one.mark = null;
      one.at = 'read status';
      // Where nobody closes or pauses, the status says the same at any time: reading it is no step.
      if (!isWatched(cx.level)) decideBy(cx, w, one, message, w.run.status);
    }
  };
  const { done, registers } = blockOf(w, work.block);
  const steps = [{ name: 'forward: read BLOCK', run: () => read(done, registers) }];
  if (cx.bug === 'stale BLOCK') steps.push({ name: 'forward: read BLOCK as it was', run: () => read([], {}) });
  return steps;
}

/** The status as it is, or as this environment still remembers it: the same for all messages that shared a read of their block. */
export function statusSteps(cx: Context, w: World, p: Forwarder): Step[] {
  const together = p.marks ? [p] : sameBlock(w, p).filter(({ at, marks }) => at === 'read status' && !marks);
  if (together[0] !== p) return [];
  const decide = (known: RunRecord['status'], cached: boolean) => {
    for (const one of together) decideBy(cx, w, one, parseWork(one.held[0] ?? ''), known, cached);
  };
  const { was, status } = w.run;
  const steps: Step[] = [{ name: 'forward: read status', run: () => decide(status, false) }];
  if (was === null || !may(w, 'stale')) return steps;
  const remember = () => {
    spend(w, 'stale');
    decide(was, cx.bug !== 'deleted by a cached status');
  };
  return [
    ...steps,
    { name: `forward: ${maySend(was) ? 'call' : 'no call'} by a cached status`, fault: true, run: remember },
  ];
}

/** What {@link decide} says by a status that was read, or remembered. */
export function decideBy(
  cx: Context,
  w: World,
  p: Forwarder,
  work: Work,
  known: RunRecord['status'],
  cached = false,
): void {
  const block = blockSeen(cx, p, work);
  const status = statusNow(w, known);
  const message = delivery(work);
  const counted = cx.bug === 'suspects together' ? { ...message, receives: 1 } : message;
  const decision = decide(counted, block, status, String(p.id), 0);
  if (decision.do === 'void' && cached) {
    // Good enough to call by; to delete by, the status is read anew.
    p.at = 'read status anew';
    return;
  }
  switch (decision.do) {
    case 'complete':
      p.seen = null;
      tell(cx, p);
      return;
    case 'void':
      finish(w, p);
      return;
    case 'call':
      // A suspect's pass goes on as one.
      if (!p.marks) p.due = [...decision.due];
      p.at = p.marks ? 'mark' : 'call';
      return;
    case 'back':
      if (cx.level.countCalls && p.called.length > 0) w.ghost.forgotten++;
      rest(w, p, 'back');
      // Out of sight until the mark's deadline: whoever set it is over by then.
      p.held = p.held.map((message) => `${message}:h`);
      beginSuspects(w, p);
      return;
    case 'suspect':
      if (p.marks) {
        p.at = 'mark';
        return;
      }
      p.care = decision.care;
      p.seen = null;
      p.at = 'suspect';
      beginSuspects(w, p);
  }
}
