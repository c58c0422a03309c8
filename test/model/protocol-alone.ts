import { isBlockFull } from '../../shared/domain/completion.ts';
import { aloneStep, NO_TRIES, nextRegister } from '../../shared/domain/sending.ts';
import { LINES, register } from './alphabet.ts';
import { beginSuspects, finish, rest } from './batch.ts';
import { addDone, addOutcomes, blockOf, type Context, fromRegister, registerLine, toBlock } from './context.ts';
import { countCalls, leaveBehind, tell } from './forwarding.ts';
import { delivery, type Work } from './messages.ts';
import type { Forwarder, Process } from './processes.ts';
import { goBack, type Step } from './steps.ts';
import { may, type RegisterRecord, spend, type World } from './world.ts';

/** The poison path: a suspect slot, one child at a time, each marked before it is called. */
export function aloneSteps(cx: Context, w: World, p: Forwarder, work: Work): Step[] {
  const letter = (n: number | null): string => (n === null ? '' : (work.items[n - work.slot] ?? ''));
  const record = blockOf(w, work.block);
  switch (p.at) {
    case 'mark':
      return [decideAlone(cx, w, p, work), ...handBackAlone(cx, w, p, work)];
    case 'call alone': {
      const child = p.child ?? 0;
      if (cx.level.killers.includes(letter(child))) {
        return [
          {
            name: 'alone: poison',
            run: () => {
              countCalls(cx, w, [letter(child)]);
              countDeaths(cx, w, p);
              goBack(w, p);
            },
          },
        ];
      }
      return [...cx.level.answers].map((answer) => ({
        name: answer === 'R' ? 'alone: call fails' : 'alone: call ends',
        run: () => {
          countCalls(cx, w, [letter(child)]);
          cx.say(() => LINES.call(work.block, child, answer));
          p.called.push(child);
          const tries = (p.next?.tries[0]?.[1] ?? NO_TRIES.tries) + 1;
          p.next = null;
          if (answer === 'R' && tries < cx.level.attempts) {
            p.again.push(child);
            p.at = cx.bug === 'mark left by a lost turn' ? 'read' : 'update alone';
            if (p.at === 'read') p.child = null;
          } else {
            p.ended = [[child, answer === 'R' ? 'F' : answer]];
            p.at = 'page alone';
          }
        },
      }));
    }
    case 'page alone':
      return [
        {
          name: 'alone: write page',
          run: () => {
            addOutcomes(w, work.block, p.ended);
            const outcomes = p.ended.map(([n, end]) => `${n}${end}`);
            cx.say(() => LINES.putOutcomes(work.block, outcomes));
            p.at = 'update alone';
          },
        },
      ];
    case 'update alone':
      return [
        {
          name: p.ended.length > 0 ? 'alone: update done, end own mark' : 'alone: end own mark',
          run: () => {
            const { child } = p;
            const children = p.ended.map(([n]) => n);
            // Poison was never marked by this invocation.
            const wasCalled = child !== null && p.called.includes(child);
            if (wasCalled) endMark(record.registers[work.slot], p);
            const done = addDone(cx, w, work.block, children);
            cx.say(() =>
              wasCalled ? LINES.endMark(work.block, child, children, done) : LINES.addDone(work.block, children, done),
            );
            const isFull = isBlockFull(new Set(done), work.size);
            p.ended = [];
            // Read anew: void, or the next child.
            if (!isFull) p.at = 'read';
            else {
              tell(cx, p);
              if (wasCalled) Object.assign(p, { child, called: [child] });
            }
            // The answer may have been lost: then the mark is ended once more.
            if (!wasCalled || cx.level.budget.fail === undefined) p.child = null;
          },
        },
      ];
    case 'end mark':
      return [
        {
          name: 'alone: end own mark after a failure',
          run: () => {
            endMark(record.registers[work.slot], p);
            const { child } = p;
            cx.say(() => LINES.endMark(work.block, child ?? 0, [], record.done));
            rest(w, p, work.receives > 1 ? 'back' : 'send anew');
            beginSuspects(w, p);
          },
        },
      ];
    default:
      throw new RangeError(`A forwarder has no step ${p.at}.`);
  }
}

/** One step: what {@link aloneStep} says of BLOCK as read, and its conditional write. */
function decideAlone(cx: Context, w: World, p: Forwarder, work: Work): Step {
  const seen = p.seen ?? { done: [], register: null };
  const record = blockOf(w, work.block);
  let block = toBlock(seen, work.slot);
  const mark = seen.register?.mark;
  if (mark && mark.by !== p.id) {
    if (cx.bug === 'mark without deadline') block = withDeadline(seen, work.slot, false);
    if (cx.bug === 'mark of the living counts') block = withDeadline(seen, work.slot, true);
  }
  const message = delivery(work);
  const step = aloneStep(message, block, new Set(p.called), { id: String(p.id), deadline: 1 }, 0);
  switch (step.do) {
    case 'back':
      return {
        name: 'alone: marked by another, goes back',
        run: () => {
          if (cx.level.countCalls && p.called.length > 0) w.ghost.forgotten++;
          rest(w, p, 'back');
          // Out of sight until the mark's deadline: whoever set it is over by then.
          p.held = p.held.map((message) => `${message}:h`);
          beginSuspects(w, p);
        },
      };
    case 'poison':
      return {
        name: 'alone: record poison',
        run: () => {
          p.ended = [[step.child, 'P']];
          p.child = step.child;
          p.at = 'page alone';
        },
      };
    case 'call': {
      const marked = fromRegister(step.register);
      const marking = registerLine(work.slot, marked);
      if (!sameRegister(record.registers[work.slot], seen.register)) {
        return {
          name: 'alone: mark condition failed',
          run: () => {
            cx.say(() => LINES.replace(work.block, register(marking), false));
            p.seen = null;
            p.at = 'read';
          },
        };
      }
      return {
        name: 'alone: mark',
        run: () => {
          cx.say(() => LINES.replace(work.block, register(marking), true));
          record.registers[work.slot] = marked;
          p.child = step.child;
          p.next = { ...marked, tries: marked.tries.filter(([n]) => n === step.child) };
          p.seen = null;
          p.at = 'call alone';
        },
      };
    }
    case 'done':
      return { name: 'alone: pass complete', run: () => finishPass(cx, w, p, work, true) };
  }
}

/** No time for the next call: with the crash that the register may tell of, as handing back clears the mark. */
function handBackAlone(cx: Context, w: World, p: Forwarder, work: Work): Step[] {
  const { seen } = p;
  if (!may(w, 'back') || !seen) return [];
  const block = toBlock(seen, work.slot);
  const step = aloneStep(delivery(work), block, new Set(p.called), { id: String(p.id), deadline: 1 }, 0);
  if (step.do !== 'call') return [];
  const handBack = () => {
    spend(w, 'back');
    seen.register = fromRegister(step.register);
    finishPass(cx, w, p, work, false);
  };
  return [{ name: 'alone: hand back', fault: true, run: handBack }];
}

/** The pass is over: the register is raised for what remains, as after any message. */
function finishPass(cx: Context, w: World, p: Forwarder, work: Work, complete: boolean): void {
  const block = toBlock(p.seen ?? { done: [], register: null }, work.slot);
  const again = new Map(p.again.map((n) => [n, cx.level.delays ? 1 : 0]));
  const next = nextRegister(delivery(work), block, { ended: new Set(), again, complete });
  leaveBehind(p, work, block, next);
  p.again = [];
  p.called = [];
  p.seen = null;
  p.alone = false;
  if (next === null) finish(w, p);
  else p.at = 'update';
}

/** The mark is cleared if it's this one, whatever the turn. */
function endMark(register: RegisterRecord | undefined, p: Forwarder): void {
  if (register?.mark && register.mark.by === p.id && register.mark.child === p.child) register.mark = null;
}

/** A forwarder dies while a child is marked by it: kept, to check what poison is made of. */
export function countDeaths(cx: Context, w: World, p: Process): void {
  if (!cx.level.countCalls) return;
  for (const [block, { registers }] of Object.entries(w.blocks)) {
    for (const { mark } of Object.values(registers)) {
      if (mark?.by !== p.id) continue;
      const child = `${block}:${mark.child}`;
      w.ghost.deaths[child] = (w.ghost.deaths[child] ?? 0) + 1;
    }
  }
}

/** As read, but for what time alone has changed. */
export function sameRegister(stored: RegisterRecord | undefined, read: RegisterRecord | null): boolean {
  return fingerprint(stored ?? null) === fingerprint(read);
}

function fingerprint(register: RegisterRecord | null): string {
  if (register === null) return '0';
  const { turn, tries, alone, mark } = register;
  const rows = tries.map(([n, count, , crashes]) => `${n}:${count}:${crashes}`).join();
  return `${turn}|${rows}|${alone}|${mark ? `${mark.child}:${mark.by}` : ''}`;
}

function withDeadline(seen: { done: number[]; register: RegisterRecord | null }, slot: number, expired: boolean) {
  const { register } = seen;
  return toBlock(
    { ...seen, register: register && { ...register, mark: register.mark && { ...register.mark, expired } } },
    slot,
  );
}
