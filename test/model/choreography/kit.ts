import type { Actor, Model } from '../explore.ts';
import type { Step } from '../steps.ts';

/** A message. Copies of one are one message in several hands: who deletes it, deletes it for all. */
export interface Message<Kind extends string> {
  readonly kind: Kind;
  readonly of: string;
  copy: number;
}

/** What has a message in its hands, or none of its own. */
export interface Hand<Kind extends string> {
  readonly kind: Kind;
  readonly of: string;
  at: string;
  /** Null of what a sweep began. */
  readonly copy: number | null;
  /** What it decided, until it has done it. */
  plan: string;
  /** The live mark of its call is its own. */
  holds?: boolean;
  /** Past the end of its invocation: its message is visible again. */
  isLate?: boolean;
}

export type Fault = 'crash' | 'duplicate' | 'early' | 'failure' | 'undo' | 'retry' | 'dawdle';

export interface KitWorld<Kind extends string> {
  queue: Message<Kind>[];
  hands: Hand<Kind>[];
  left: Partial<Record<Fault, number>>;
  wrong: string | null;
}

export interface Kit<Kind extends string, W extends KitWorld<Kind>> {
  readonly initial: W;
  /** Messages in hands at once. */
  readonly most: number;
  /** What a hand may do next. */
  steps(w: W, hand: Hand<Kind>): Step[];
  /** What time, or a sweep, may do. */
  others?(w: W): Step[];
  /** Only once nothing is under way. */
  wrongAtRest(w: W): string | null;
  broken(w: W): string | null;
  ended(w: W): boolean;
}

/** Handlers that take messages, die at any step, and are given messages twice. */
export function modelOf<Kind extends string, W extends KitWorld<Kind>>(kit: Kit<Kind, W>): Model<W> {
  const isAtRest = (w: W) => w.queue.length === 0 && w.hands.length === 0;
  return {
    initial: [kit.initial],
    actors: (w) => [
      actor('queue', () => queueSteps(w, kit.most)),
      actor('time', () => kit.others?.(w) ?? []),
      ...w.hands.map((hand) => actor(`${hand.kind} ${hand.of}`, () => [...kit.steps(w, hand), ...crash(w, hand)])),
    ],
    clone: (w) => JSON.parse(JSON.stringify(w)),
    canonical,
    broken: (w) => w.wrong ?? kit.broken(w) ?? (isAtRest(w) ? kit.wrongAtRest(w) : null),
    finished: (w) => isAtRest(w) && kit.ended(w),
  };
}

function actor(who: string, steps: () => readonly Step[]): Actor {
  return { who: () => who, actions: () => steps().map(({ name, fault, run }) => ({ name, run, quiet: !fault })) };
}

export function send<Kind extends string>(w: KitWorld<Kind>, kind: Kind, of: string): void {
  const copies = [...w.queue, ...w.hands].map(({ copy }) => copy ?? -1);
  w.queue.push({ kind, of, copy: Math.max(-1, ...copies) + 1 });
}

export function begin<Kind extends string>(w: KitWorld<Kind>, kind: Kind, of: string, at: string): void {
  w.hands.push({ kind, of, at, copy: null, plan: '' });
}

/** It is done: its message goes, also where another has it in hands. */
export function drop<Kind extends string>(w: KitWorld<Kind>, hand: Hand<Kind>): void {
  w.hands = w.hands.filter((each) => each !== hand);
  if (hand.copy !== null) w.queue = w.queue.filter(({ copy }) => copy !== hand.copy);
}

export function putBack<Kind extends string>(w: KitWorld<Kind>, hand: Hand<Kind>): void {
  w.hands = w.hands.filter((each) => each !== hand);
  if (hand.copy !== null && !hand.isLate) w.queue.push({ kind: hand.kind, of: hand.of, copy: hand.copy });
}

/** Uses up a fault; false where none is left. */
export function spend(w: Pick<KitWorld<string>, 'left'>, what: Fault): void {
  const left = (w.left[what] ?? 0) - 1;
  if (left > 0) w.left[what] = left;
  else delete w.left[what];
}

function queueSteps<Kind extends string>(w: KitWorld<Kind>, most: number): Step[] {
  const steps: Step[] = [];
  for (const message of w.queue) {
    const { kind, of, copy } = message;
    const take = () => {
      w.queue.splice(w.queue.indexOf(message), 1);
      w.hands.push({ kind, of, at: 'begin', copy, plan: '' });
    };
    if (w.hands.filter((hand) => hand.copy !== null).length < most)
      steps.push({ name: `${kind} ${of} is taken`, run: take });
    if (!w.left.duplicate) continue;
    const twice = () => {
      spend(w, 'duplicate');
      w.queue.push({ kind, of, copy });
    };
    steps.push({ name: `${kind} ${of} is given twice`, fault: true, run: twice });
  }
  return steps;
}

function crash<Kind extends string>(w: KitWorld<Kind>, hand: Hand<Kind>): Step[] {
  if (!w.left.crash) return [];
  const run = () => {
    spend(w, 'crash');
    putBack(w, hand);
  };
  return [{ name: `crash before ${hand.at}`, fault: true, run }];
}

/** The order of messages, of hands and of keys means nothing, nor does the number of a copy. */
function canonical<Kind extends string>(w: KitWorld<Kind>): void {
  const byText = (a: { kind: string; of: string }, b: { kind: string; of: string }) => {
    const [left, right] = [JSON.stringify({ ...a, copy: 0 }), JSON.stringify({ ...b, copy: 0 })];
    return left < right ? -1 : left > right ? 1 : 0;
  };
  w.queue.sort(byText);
  w.hands.sort(byText);
  const names = new Map<number, number>();
  for (const each of [...w.queue, ...w.hands]) {
    if (each.copy === null) continue;
    const name = names.get(each.copy) ?? names.size;
    names.set(each.copy, name);
    Object.assign(each, { copy: name });
  }
}
