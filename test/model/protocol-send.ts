import { isBlockFull } from '../../shared/domain/completion.ts';
import { maySend } from '../../shared/domain/run.ts';
import { NO_TRIES, nextRegister, registerOf } from '../../shared/domain/sending.ts';
import { addBlock, addDone, addOutcomes, blockOf, type Context, send, toBlock } from './context.ts';
import { decideBy, readSteps, statusSteps } from './deciding.ts';
import { combinations, countCalls, leaveAlone, leaveBehind, tell } from './forwarding.ts';
import { delivery, parseWork, segmentOf, type Work, workText } from './messages.ts';
import type { Forwarder } from './processes.ts';
import { aloneSteps } from './protocol-alone.ts';
import { end, goBack, type Step } from './steps.ts';
import { isWatched, may, spend, type World } from './world.ts';

/** A forwarder's invocation: its messages one after another, suspects last. */
export function forwarderSteps(cx: Context, w: World, p: Forwarder): Step[] {
  const work = parseWork(p.held[0] ?? '');
  switch (p.at) {
    case 'read':
      return readSteps(cx, w, p, work);
    case 'read status':
      return statusSteps(cx, w, p, work);
    case 'read status anew':
      return [{ name: 'forward: read status anew', run: () => decideBy(cx, p, work, w.run.status) }];
    case 'call':
      return callSteps(cx, w, p, work);
    case 'page':
      return [
        {
          name: 'forward: write page',
          run: () => {
            addOutcomes(w, work.block, p.ended);
            if (cx.bug === 'set before page') afterUpdate(cx, p, p.next !== null);
            else p.at = 'update';
          },
        },
      ];
    case 'update':
      return [updateStep(cx, w, p, work)];
    case 'add':
      return [
        {
          name: 'forward: add to done only',
          run: () => {
            p.full = isBlockFull(
              new Set(
                addDone(
                  cx,
                  w,
                  work.block,
                  p.ended.map(([n]) => n),
                ),
              ),
              work.size,
            );
            p.next = cx.bug === 'send though the condition failed' ? p.next : null;
            afterUpdate(cx, p, p.next !== null);
          },
        },
      ];
    case 'send':
      return [
        {
          name: 'forward: send next turn',
          run: () => {
            const turn = p.next?.turn ?? 0;
            send(cx, w, workText({ ...work, turn, receives: 0, delayed: p.delayed }));
            p.delayed = false;
            if (p.early) {
              p.early = false;
              p.at = p.ended.length > 0 ? 'page' : 'update';
            } else {
              p.next = null;
              p.at = p.full ? 'tell' : 'delete';
            }
          },
        },
      ];
    case 'tell':
      return [
        {
          name: 'forward: add block to segment',
          run: () => {
            p.at = addBlock(cx, w, work.block) && cx.bug !== 'tell before write' ? 'notify' : 'delete';
          },
        },
      ];
    case 'notify':
      return [
        {
          name: 'forward: tell segment',
          run: () => {
            send(cx, w, `g:${segmentOf(work.block)}`);
            p.at = cx.bug === 'tell before write' ? 'tell' : 'delete';
          },
        },
      ];
    case 'delete':
      return [{ name: 'forward: delete message', run: () => nextMessage(w, p) }];
    default:
      return aloneSteps(cx, w, p, work);
  }
}

/** Every way the calls of one message can end. */
function callSteps(cx: Context, w: World, p: Forwarder, work: Work): Step[] {
  const due = p.again;
  const letter = (n: number): string => work.items[n - work.slot] ?? '';
  const steps: Step[] = [];
  if (due.some((n) => cx.level.killers.includes(letter(n)))) {
    steps.push({
      name: 'forward: poison',
      run: () => {
        countCalls(cx, w, due.map(letter));
        goBack(w, p);
      },
    });
  } else {
    for (const answers of combinations(cx.level.answers, due.length)) {
      steps.push({
        name:
          due.length === 0
            ? 'forward: none due'
            : `forward: call ${answers.includes('R') ? 'with failures' : 'all well'}`,
        run: () => {
          countCalls(cx, w, due.map(letter));
          settle(
            cx,
            p,
            work,
            due.map((n, i): [number, string] => [n, answers[i] ?? 'S']),
            true,
          );
        },
      });
    }
  }
  if (isWatched(cx.level) && (w.run.status === 'none' || !maySend(w.run.status))) {
    // Asked before each call.
    const giveBack = () => settle(cx, p, work, [], false);
    steps.push({ name: 'forward: no call allowed any more', run: giveBack });
  }
  if (may(w, 'back')) {
    steps.push({
      name: 'forward: hand back',
      fault: true,
      run: () => {
        spend(w, 'back');
        settle(cx, p, work, [], false);
      },
    });
  }
  return steps;
}

/** Splits answers into children that ended and those to call again; prepares what the message leaves behind. */
function settle(cx: Context, p: Forwarder, work: Work, answers: readonly [number, string][], complete: boolean): void {
  const block = toBlock(p.seen ?? { done: [], register: null }, work.slot);
  const register = registerOf(block, work.slot);
  const again = new Map<number, number>();
  p.ended = [];
  for (const [n, answer] of answers) {
    const tries = (register.tries.get(n) ?? NO_TRIES).tries + 1;
    if (answer !== 'R') p.ended.push([n, answer]);
    else if (tries >= cx.level.attempts) p.ended.push([n, 'F']);
    else again.set(n, cx.level.delays ? 1 : 0);
  }
  const next = nextRegister(delivery(work), block, { ended: new Set(p.ended.map(([n]) => n)), again, complete });
  leaveBehind(p, work, block, next);
  p.seen = null;
  p.again = [];
  p.full = false;
  if (cx.bug === 'successor sent before the turn is raised' && p.next) {
    p.early = true;
    p.at = 'send';
  } else p.at = p.ended.length > 0 && cx.bug !== 'set before page' ? 'page' : 'update';
}

/** `done ∪=` and, where children remain, the register, if the turn is still the message's. */
function updateStep(cx: Context, w: World, p: Forwarder, work: Work): Step {
  const record = blockOf(w, work.block);
  const holds =
    (record.registers[work.slot]?.turn ?? 0) === work.turn || cx.bug === 'turn raised without its condition';
  if (p.next !== null && !holds) {
    return {
      name: 'forward: register condition failed',
      run: () => {
        p.at = 'add';
      },
    };
  }
  return {
    name: p.next ? 'forward: raise turn' : 'forward: update done',
    run: () => {
      if (p.next) record.registers[work.slot] = p.next;
      p.full = isBlockFull(
        new Set(
          addDone(
            cx,
            w,
            work.block,
            p.ended.map(([n]) => n),
          ),
        ),
        work.size,
      );
      if (cx.bug === 'set before page' && p.ended.length > 0) p.at = 'page';
      else afterUpdate(cx, p, p.next !== null && cx.bug !== 'successor sent before the turn is raised');
    },
  };
}

function afterUpdate(cx: Context, p: Forwarder, sendAgain: boolean): void {
  p.ended = [];
  if (sendAgain) {
    p.at = 'send';
    return;
  }
  p.next = null;
  p.delayed = false;
  if (p.full) tell(cx, p);
  else p.at = 'delete';
  p.full = false;
}

function nextMessage(w: World, p: Forwarder): void {
  leaveAlone(p);
  p.held.shift();
  p.later = p.later.filter((message) => p.held.includes(message));
  p.full = false;
  if (p.held.length === 0) end(w, p);
  else p.at = 'read';
}
