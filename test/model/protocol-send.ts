import { isBlockFull } from '../../shared/domain/completion.ts';
import { missing, nextRegister, sendable } from '../../shared/domain/sending.ts';
import { LINES, register } from './alphabet.ts';
import { answerSteps, finish, gatherGroup, isStoring, sameBlock, suspectSteps } from './batch.ts';
import { bucketStep } from './calling-back.ts';
import { addBlock, addDone, blockOf, type Context, registerLine, send, toBlock, toRegister } from './context.ts';
import { decideBy, readSteps, statusSteps } from './deciding.ts';
import { countCalls, leaveBehind, letterOf, resultsOf, tell } from './forwarding.ts';
import { holdCallbacks, isAsRead, rememberPass, written } from './joining.ts';
import { delivery, parseWork, segmentOf, type Work, workText } from './messages.ts';
import type { Forwarder } from './processes.ts';
import { callTogetherSteps } from './protocol-call.ts';
import { putOutcomes, storeEarlySteps } from './protocol-early.ts';
import { suspectSlotSteps } from './protocol-suspect.ts';
import { goBack, type Step } from './steps.ts';
import { isWatched, may, mayCall, type RegisterRecord, spend, type World } from './world.ts';

/** One message of a forwarder's invocation: side by side with the others of its batch, suspects last. */
export function forwarderSteps(cx: Context, w: World, p: Forwarder): Step[] {
  const work = parseWork(p.held[0] ?? '');
  switch (p.at) {
    case 'read':
      return readSteps(cx, w, p, work);
    case 'read status':
      return statusSteps(cx, w, p);
    case 'read status anew':
      return [{ name: 'forward: read status anew', run: () => decideBy(cx, w, p, work, w.run.status) }];
    case 'call':
      return [...callSteps(cx, w, p, work), ...storeEarlySteps(cx, w, p, work)];
    case 'released':
      return [...releasedSteps(cx, w, p, work), ...storeEarlySteps(cx, w, p, work)];
    case 'commit':
      return commitSteps(cx, w, p, work);
    case 'bucket':
      return [bucketStep(cx, w, p, work.block, work.slot, () => afterBucket(cx, w, p, work))];
    case 'page':
      return [
        {
          name: 'forward: write page',
          run: () => {
            putOutcomes(cx, w, work.block, p.ended);
            if (cx.bug === 'set before page') afterUpdate(cx, w, p, p.next !== null);
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
            addEnded(cx, w, p, work, false);
            if (holdCallbacks(w, p, work)) {
              commitAndResend(cx, p, work, p.came?.complete ?? true);
              written(p);
              return;
            }
            p.next = cx.bug === 'send though the condition failed' ? p.next : null;
            afterUpdate(cx, w, p, p.next !== null);
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
              if (p.full) p.at = 'tell';
              else finish(w, p);
            }
          },
        },
      ];
    case 'tell':
      return [
        {
          name: 'forward: add block to segment',
          run: () => {
            if (addBlock(cx, w, work.block) && cx.bug !== 'tell before write') p.at = 'notify';
            else finish(w, p);
          },
        },
      ];
    case 'notify':
      return [
        {
          name: 'forward: tell segment',
          run: () => {
            send(cx, w, `g:${segmentOf(work.block)}`);
            if (cx.bug === 'tell before write') p.at = 'tell';
            else finish(w, p);
          },
        },
      ];
    case 'grouped':
    case 'copy':
      return [];
    case 'suspect':
      return suspectSteps(w, p);
    case 'delete':
    case 'back':
      return answerSteps(cx, w, p);
    default:
      return suspectSlotSteps(cx, w, p, work);
  }
}

/** The children that are due, in order: each is called, or handed back with all behind it. */
function callSteps(cx: Context, w: World, p: Forwarder, work: Work): Step[] {
  const [n] = p.due;
  if (n === undefined) return [{ name: 'forward: none due', run: () => commitAndResend(cx, p, work, true) }];
  const letter = (child: number): string => letterOf(work, child);
  const steps: Step[] = [];
  if (p.due.some((child) => cx.level.killers.includes(letter(child)))) {
    steps.push({
      name: 'forward: poison',
      run: () => {
        // They are called side by side.
        countCalls(cx, w, p.due.map(letter));
        goBack(w, p);
      },
    });
  } else {
    steps.push(...callTogetherSteps(cx, w, p, work, () => release(cx, p, work, true)));
  }
  // Asked before each call.
  const handBack = () => {
    if (cx.bug === 'hand-back spends a try') p.again.push(...p.due);
    p.due = [];
    p.halves = [];
    release(cx, p, work, false);
    if (cx.bug === 'hand-back sends nothing') p.next = null;
  };
  if (isWatched(cx.level) && !mayCall(w)) {
    steps.push({ name: 'forward: no call allowed any more', run: handBack });
  }
  if (may(w, 'back')) {
    steps.push({
      name: p.ended.length + p.again.length > 0 ? 'forward: hand back the rest' : 'forward: hand back',
      fault: true,
      run: () => {
        spend(w, 'back');
        handBack();
      },
    });
  }
  return steps;
}

/** Behind its last call. */
function release(cx: Context, p: Forwarder, work: Work, complete: boolean): void {
  if (cx.level.storesEarly) {
    p.partial = !complete;
    p.at = 'released';
  } else commitAndResend(cx, p, work, complete);
}

function releasedSteps(cx: Context, w: World, p: Forwarder, work: Work): Step[] {
  if (isStoring(w, p)) return [];
  return [{ name: 'forward: nothing is being stored', run: () => commitAndResend(cx, p, work, !p.partial) }];
}

/** What the message leaves behind: a group's outcomes where all its children ended, else a register and the next turn. */
function commitAndResend(cx: Context, p: Forwarder, work: Work, complete: boolean): void {
  const block = toBlock(p.seen ?? { done: [], register: null }, work.slot);
  if (cx.level.callbacks) rememberPass(p, complete);
  const next = nextRegister(delivery(work), block, resultsOf(cx, p, complete && p.pressed.length === 0));
  leaveBehind(p, work, block, next);
  p.seen = null;
  p.again = [];
  p.pressed = [];
  p.full = false;
  if (p.next === null) p.at = 'commit';
  else if (cx.bug === 'successor sent before the turn is raised') {
    p.early = true;
    p.at = 'send';
  } else if (p.waits && cx.bug !== 'register before its bucket') p.at = 'bucket';
  else p.at = p.ended.length > 0 && cx.bug !== 'set before page' ? 'page' : 'update';
}

/** Whatever waits for its block's write goes into one: it waits as long as it likes, and no longer than a write under way. */
function commitSteps(cx: Context, w: World, p: Forwarder, work: Work): Step[] {
  if (isStoring(w, p)) return [];
  if (p.ended.length === 0 && p.kept) return [{ name: 'forward: all of it is stored', run: () => finish(w, p) }];
  const block = sameBlock(w, p);
  const waiting = block.filter(({ at }) => at === 'commit');
  if (waiting[0] !== p || block.some(({ leads }) => leads)) return [];
  const name = waiting.length > 1 ? 'forward: write page of a group' : 'forward: write page';
  const setFirst = cx.bug === 'set before page' || (cx.bug === 'set before page of a group' && waiting.length > 1);
  if (setFirst || waiting.every(({ ended }) => ended.length === 0)) {
    return [
      {
        name: 'forward: update done',
        run: () => {
          gatherGroup(cx, w, p);
          addEnded(cx, w, p, work, true);
          if (setFirst && p.ended.length > 0) p.at = 'page';
          else afterUpdate(cx, w, p, false);
        },
      },
    ];
  }
  return [
    {
      name,
      run: () => {
        const mine = [...p.ended];
        gatherGroup(cx, w, p);
        putOutcomes(cx, w, work.block, cx.bug === 'page lacks some of its group' ? mine : p.ended);
        p.at = 'update';
      },
    },
  ];
}

/** `done ∪=` and, where children remain, the register, if the turn is still the message's. */
function updateStep(cx: Context, w: World, p: Forwarder, work: Work): Step {
  const record = blockOf(w, work.block);
  const holds = isAsRead(cx, p, work, record.registers[work.slot]) || cx.bug === 'turn raised without its condition';
  const { next } = p;
  if (next !== null && !holds) {
    return {
      name: 'forward: register condition failed',
      run: () => {
        p.at = 'add';
      },
    };
  }
  return {
    name: next ? 'forward: raise turn' : 'forward: update done',
    run: () => {
      if (next) record.registers[work.slot] = next;
      addEnded(cx, w, p, work, true);
      if (cx.bug === 'set before page' && p.ended.length > 0) p.at = 'page';
      // None left: a duplicate of the message has ended the others meanwhile.
      else if (p.waits) p.at = 'bucket';
      else
        afterUpdate(
          cx,
          w,
          p,
          next !== null &&
            isAnyLeft(cx, record.done, work, next) &&
            cx.bug !== 'successor sent before the turn is raised',
        );
    },
  };
}

function isAnyLeft(cx: Context, done: readonly number[], { slot, items }: Work, next: RegisterRecord): boolean {
  const left = missing({ done: new Set(done), registers: new Map() }, slot, items.length);
  // What waits is in no message.
  return cx.bug === 'waiting kept in a message' ? left.length > 0 : sendable(toRegister(next), left).length > 0;
}

/** The time of its waits is written; with the planted bug, behind their register. */
function afterBucket(cx: Context, w: World, p: Forwarder, work: Work): void {
  if (cx.bug === 'register before its bucket') {
    const { done } = blockOf(w, work.block);
    afterUpdate(cx, w, p, p.next !== null && isAnyLeft(cx, done, work, p.next));
  } else p.at = p.ended.length > 0 ? 'page' : 'update';
}

/** @param raised whether the register, where it writes one, takes effect */
function addEnded(cx: Context, w: World, p: Forwarder, work: Work, raised: boolean): void {
  const children = p.ended.map(([n]) => n);
  const done = addDone(cx, w, work.block, children);
  p.full = isBlockFull(new Set(done), work.size);
  const { next } = p;
  cx.say(() =>
    next
      ? LINES.addDoneAndRaise(work.block, children, register(registerLine(work.slot, next)), raised, done)
      : LINES.addDone(work.block, children, done),
  );
}

function afterUpdate(cx: Context, w: World, p: Forwarder, sendAgain: boolean): void {
  p.ended = [];
  if (sendAgain) {
    p.at = 'send';
    return;
  }
  p.next = null;
  p.delayed = false;
  delete p.came;
  if (p.full) tell(cx, p);
  else finish(w, p);
}
