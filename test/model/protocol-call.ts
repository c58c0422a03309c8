import { NO_TRIES, registerOf } from '../../shared/domain/sending.ts';
import { LINES } from './alphabet.ts';
import { answerLater } from './calling-back.ts';
import { type Context, toBlock } from './context.ts';
import { answered, countCalls, letterOf, pressure } from './forwarding.ts';
import type { Work } from './messages.ts';
import type { Forwarder } from './processes.ts';
import type { Step } from './steps.ts';
import type { World } from './world.ts';

/**
 * Calls the first children that are due: one, or as many as the level calls together. Where such a call fails as a whole, its children are
 * called in halves.
 * @param store what comes behind the last call
 */
export function callTogetherSteps(cx: Context, w: World, p: Forwarder, work: Work, store: () => void): Step[] {
  // Of calls side by side each gets a token of its own first, which takes as long as it takes.
  const firsts = cx.level.callbacks?.inAnyOrder ? p.due : p.due.slice(0, 1);
  return firsts.flatMap((first) => {
    const due = [first, ...p.due.filter((n) => n !== first)];
    return callFirstSteps(cx, w, p, work, store, due).map((step) => ({
      ...step,
      run: () => {
        p.due = due;
        step.run();
      },
    }));
  });
}

function callFirstSteps(
  cx: Context,
  w: World,
  p: Forwarder,
  work: Work,
  store: () => void,
  due: readonly number[],
): Step[] {
  const { level } = cx;
  const set = due.slice(0, p.halves[0] ?? level.itemsPerCall);
  const letters = set.map((n) => letterOf(work, n));
  const hear = (answers: string) => () => {
    countCalls(cx, w, letters);
    cx.say(() => LINES.call(work.block, set, answers));
    p.halves.shift();
    for (const [i, n] of set.entries()) hearOf(cx, w, p, work, n, answers[i] ?? '');
    if (p.due.length === 0) store();
  };
  const steps: Step[] = [];
  if (set.length > 1 && letters.some((letter) => level.culprits.includes(letter))) {
    steps.push({ name: 'forward: call fails as a whole', run: () => halve(cx, w, p, work, set) });
    // Then it says nothing of its items.
    if (level.answers.includes('R')) {
      steps.push({ name: 'forward: call reaches nobody', run: hear('R'.repeat(set.length)) });
    }
  } else {
    for (const answers of combinations(letters.map((letter) => answersOf(cx, letter)))) {
      const name = answers.includes('R') ? 'forward: call fails' : 'forward: call ends';
      steps.push({ name, run: hear(answers) });
    }
  }
  for (const { isAgain, run } of pressure(cx, w, p, work, set, store)) {
    const name = isAgain ? 'forward: call meets pressure, calls again' : 'forward: call meets pressure';
    steps.push({ name, fault: true, run });
  }
  return steps;
}

/** How a child's call may end, or its item in a call of several that doesn't fail as a whole. */
export function answersOf({ level }: Context, letter: string): string {
  // A word that its service says later is told by its number.
  const later = [...(level.callbacks?.says.keys() ?? [])].join('');
  return level.culprits.includes(letter) ? 'R' : level.answers.replace('W', later);
}

function hearOf(cx: Context, w: World, p: Forwarder, work: Work, n: number, answer: string): void {
  answered(p);
  const known = registerOf(toBlock(p.seen ?? { done: [], register: null }, work.slot), work.slot);
  const tries = (known.tries.get(n) ?? NO_TRIES).tries + 1;
  if (isLater(cx, w, p, work, n, tries, answer)) return;
  if (answer === 'R' && tries < cx.level.attempts) p.again.push(n);
  else p.ended.push([n, answer === 'R' ? 'F' : answer]);
}

/** A 202: its child waits, and what its service says comes at any time from now on. */
export function isLater(
  { level }: Context,
  w: World,
  p: Forwarder,
  { block, slot }: Work,
  n: number,
  attempt: number,
  answer: string,
): boolean {
  const word = /^\d$/.test(answer) ? level.callbacks?.says[Number(answer)] : undefined;
  if (word === undefined) return false;
  answerLater(w, { block, slot, n, attempt }, word);
  p.waits = [...(p.waits ?? []), n];
  return true;
}

/** One of the set's items may be why its call failed: none has spent a try, and each half is called next. */
function halve(cx: Context, w: World, p: Forwarder, work: Work, set: readonly number[]): void {
  cx.say(() => LINES.call(work.block, set, 'H'));
  if (cx.level.countCalls) {
    for (const n of set) w.ghost.halvings[letterOf(work, n)] = (w.ghost.halvings[letterOf(work, n)] ?? 0) + 1;
  }
  const first = Math.ceil(set.length / 2);
  p.halves.splice(0, 1, first, set.length - first);
  if (cx.bug === 'a halved batch counted twice') for (const n of set) spendTry(p, n);
  if (cx.bug === 'a halved batch has two outcomes') p.ended.push(...set.map((n): [number, string] => [n, 'F']));
}

/** Of a planted bug: as if BLOCK had said that it was tried once more. */
function spendTry(p: Forwarder, n: number): void {
  const { done, register } = p.seen ?? { done: [], register: null };
  const before = register ?? { turn: 0, tries: [], care: 0, mark: null };
  const [, tries = 0, due = 0, crashes = 0] = before.tries.find(([child]) => child === n) ?? [];
  const others = before.tries.filter(([child]) => child !== n);
  p.seen = { done, register: { ...before, tries: [...others, [n, tries + 1, due, crashes]] } };
}

/** One of each. */
function combinations(letters: readonly string[]): string[] {
  return letters.reduce((words, next) => words.flatMap((word) => [...next].map((letter) => word + letter)), ['']);
}
