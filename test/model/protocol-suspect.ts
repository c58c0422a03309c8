import { isBlockFull } from '../../shared/domain/completion.ts';
import { NO_TRIES, nextRegister, type SuspectStep, suspectStep } from '../../shared/domain/sending.ts';
import { LINES, markedOf, register } from './alphabet.ts';
import { beginSuspects, finish, isStoring, rest } from './batch.ts';
import { addDone, addOutcomes, blockOf, type Context, fromRegister, registerLine, toBlock } from './context.ts';
import { answered, blockSeen, countCalls, leaveBehind, letterOf, pressure, resultsOf, tell } from './forwarding.ts';
import { delivery, type Work } from './messages.ts';
import type { Forwarder, Process } from './processes.ts';
import { answersOf, isLater } from './protocol-call.ts';
import { storeEarlySteps } from './protocol-early.ts';
import { goBack, type Step } from './steps.ts';
import { may, type RegisterRecord, spend, type World } from './world.ts';

/** The poison path: a suspect slot, marked before it is called: apart as a whole, alone one child at a time. */
export function suspectSlotSteps(cx: Context, w: World, p: Forwarder, work: Work): Step[] {
  const record = blockOf(w, work.block);
  switch (p.at) {
    case 'mark':
      return [decideMark(cx, w, p, work), ...handBackUnmarked(cx, w, p, work)];
    case 'call marked':
      return [...callSteps(cx, w, p, work), ...storeEarlySteps(cx, w, p, work)];
    case 'page marked':
      if (isStoring(w, p)) return [];
      if (p.ended.length === 0) {
        const at = 'update marked';
        return [{ name: 'suspect: all of it is stored', run: () => void Object.assign(p, { at }) }];
      }
      return [
        {
          name: 'suspect: write page',
          run: () => {
            addOutcomes(w, work.block, p.ended);
            const outcomes = p.ended.map(([n, end]) => `${n}${end}`);
            cx.say(() => LINES.putOutcomes(work.block, outcomes));
            p.at = 'update marked';
          },
        },
      ];
    case 'update marked':
      if (isStoring(w, p)) return [];
      return [
        {
          name: p.ended.length > 0 ? 'suspect: update done, end own mark' : 'suspect: end own mark',
          run: () => {
            const marked = markedOf(p.mark);
            const children = p.ended.map(([n]) => n);
            endMark(record.registers[work.slot], p);
            const done = addDone(cx, w, work.block, children);
            // Poison was not marked.
            cx.say(() =>
              marked === null
                ? LINES.addDone(work.block, children, done)
                : LINES.endMark(work.block, marked, children, done),
            );
            const isFull = isBlockFull(new Set(done), work.size);
            p.ended = [];
            // The answer may have been lost: then the mark is ended once more.
            const mark = cx.level.budget.fail === undefined ? null : p.mark;
            if (isFull) tell(cx, p);
            // Read anew: void, or the next child.
            else p.at = p.failed ? 'comes back' : 'read';
            p.mark = mark;
          },
        },
      ];
    case 'comes back':
      return [{ name: 'suspect: comes back for what a store failed', run: () => finish(w, p) }];
    case 'end mark':
      return [
        {
          name: 'suspect: end own mark after a failure',
          run: () => {
            endMark(record.registers[work.slot], p);
            cx.say(() => LINES.endMark(work.block, markedOf(p.mark) ?? 'slot', [], record.done));
            rest(w, p, 'back');
            beginSuspects(w, p);
          },
        },
      ];
    default:
      throw new RangeError(`A forwarder has no step ${p.at}.`);
  }
}

/** The children under its mark, side by side: in order, as what comes of each is its own. */
function callSteps(cx: Context, w: World, p: Forwarder, work: Work): Step[] {
  const letter = (n: number): string => letterOf(work, n);
  const [child = 0] = p.due;
  if (p.due.some((n) => cx.level.killers.includes(letter(n)))) {
    return [
      {
        name: 'suspect: poison',
        run: () => {
          countCalls(cx, w, p.due.map(letter));
          countDeaths(cx, w, p);
          goBack(w, p);
        },
      },
    ];
  }
  const store = () => {
    p.next = null;
    p.at = p.ended.length > 0 ? 'page marked' : 'update marked';
    if (cx.bug === 'mark left by a lost turn' && p.ended.length === 0) Object.assign(p, { at: 'read', mark: null });
  };
  const steps: Step[] = [...answersOf(cx, letter(child))].map((answer) => ({
    name: answer === 'R' ? 'suspect: call fails' : 'suspect: call ends',
    run: () => {
      countCalls(cx, w, [letter(child)]);
      cx.say(() => LINES.call(work.block, [child], answer));
      answered(p);
      const tries = (p.next?.tries.find(([n]) => n === child)?.[1] ?? NO_TRIES.tries) + 1;
      if (isLater(cx, w, p, work, child, tries, answer)) {
        if (p.due.length === 0) store();
        return;
      }
      if (answer === 'R' && tries < cx.level.attempts) p.again.push(child);
      else p.ended.push([child, answer === 'R' ? 'F' : answer]);
      if (p.due.length === 0) store();
    },
  }));
  for (const { isAgain, run } of pressure(cx, w, p, work, [child], store)) {
    const name = isAgain ? 'suspect: call meets pressure, calls again' : 'suspect: call meets pressure';
    steps.push({ name, fault: true, run });
  }
  if (may(w, 'back')) {
    const handBack = () => {
      spend(w, 'back');
      Object.assign(p, { due: [], partial: true });
      store();
    };
    steps.push({ name: 'suspect: hand back the rest', fault: true, run: handBack });
  }
  return steps;
}

const SELF_DEADLINE = 1;

function stepOf(cx: Context, p: Forwarder, work: Work): SuspectStep {
  const self = { id: String(p.id), deadline: SELF_DEADLINE };
  return suspectStep(delivery(work), blockSeen(cx, p, work), new Set(p.called), self, 0);
}

/** One step: what {@link suspectStep} says of BLOCK as read, and its conditional write. */
function decideMark(cx: Context, w: World, p: Forwarder, work: Work): Step {
  const record = blockOf(w, work.block);
  const step = stepOf(cx, p, work);
  switch (step.do) {
    case 'poison':
      return {
        name: 'suspect: record poison',
        run: () => {
          p.ended = [[step.child, 'P']];
          p.at = 'page marked';
        },
      };
    case 'call': {
      const marked = fromRegister(step.register);
      const marking = registerLine(work.slot, marked);
      if (!sameRegister(record.registers[work.slot], p.seen?.register ?? null)) {
        return {
          name: 'suspect: mark condition failed',
          run: () => {
            cx.say(() => LINES.replace(work.block, register(marking), false));
            p.seen = null;
            p.at = 'read';
          },
        };
      }
      return {
        name: marked.care === 1 ? 'suspect: mark the slot' : 'suspect: mark a child',
        run: () => {
          cx.say(() => LINES.replace(work.block, register(marking), true));
          record.registers[work.slot] = marked;
          p.mark = { child: step.register.mark.child };
          p.next = { ...marked, tries: marked.tries.filter(([n]) => step.children.includes(n)) };
          p.due = [...step.children];
          p.called.push(...step.children);
          p.seen = null;
          p.at = 'call marked';
        },
      };
    }
    case 'done':
      return {
        name: 'suspect: pass complete',
        run: () => finishPass(cx, w, p, work, !p.partial && p.pressed.length === 0),
      };
  }
}

/** No time for the next call: with what the register tells, as handing back clears the mark. */
function handBackUnmarked(cx: Context, w: World, p: Forwarder, work: Work): Step[] {
  const { seen } = p;
  if (!may(w, 'back') || !seen) return [];
  const step = stepOf(cx, p, work);
  if (step.do !== 'call') return [];
  const handBack = () => {
    spend(w, 'back');
    seen.register = fromRegister(step.register);
    finishPass(cx, w, p, work, false);
  };
  return [{ name: 'suspect: hand back', fault: true, run: handBack }];
}

/** The pass is over: the register is raised for what remains, as after any message. */
function finishPass(cx: Context, w: World, p: Forwarder, work: Work, complete: boolean): void {
  const block = toBlock(p.seen ?? { done: [], register: null }, work.slot);
  const next = nextRegister(delivery(work), block, resultsOf(cx, p, complete));
  leaveBehind(p, work, block, next);
  Object.assign(p, { again: [], pressed: [], called: [], seen: null, marks: false, partial: false });
  if (next === null) finish(w, p);
  else p.at = p.waits && cx.bug !== 'register before its bucket' ? 'bucket' : 'update';
}

/** The mark is cleared if it's this one, whatever the turn. */
function endMark(register: RegisterRecord | undefined, p: Forwarder): void {
  if (p.mark && register?.mark?.by === p.id && register.mark.child === p.mark.child) register.mark = null;
}

/** A forwarder dies while a child or a slot is marked by it: kept, to check what poison is made of. */
export function countDeaths(cx: Context, w: World, p: Process): void {
  if (!cx.level.countCalls) return;
  for (const [block, { registers }] of Object.entries(w.blocks)) {
    for (const [slot, { mark }] of Object.entries(registers)) {
      if (mark?.by !== p.id) continue;
      const marked = mark.child === null ? `slot ${block}:${slot}` : `${block}:${mark.child}`;
      w.ghost.deaths[marked] = (w.ghost.deaths[marked] ?? 0) + 1;
    }
  }
}

/** As read, but for what time alone has changed. */
export function sameRegister(stored: RegisterRecord | undefined, read: RegisterRecord | null): boolean {
  return fingerprint(stored ?? null) === fingerprint(read);
}

function fingerprint(register: RegisterRecord | null): string {
  if (register === null) return '0';
  const { turn, tries, care, mark, waiting = [] } = register;
  const rows = tries.map(([n, count, , crashes]) => `${n}:${count}:${crashes}`).join();
  return `${turn}|${rows}|${care}|${waiting.join(';')}|${mark ? `${markedOf(mark)}:${mark.by}` : ''}`;
}
