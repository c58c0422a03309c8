import { arrive, type Join, NEW_JOIN } from '../../../shared/domain/choreography/join.ts';
import {
  close,
  enterPivot,
  NEW_TRANSACTION,
  nextUndo,
  succeed,
  type Transaction,
  undid,
  undoOrder,
} from '../../../shared/domain/choreography/transaction.ts';
import type { Model } from '../explore.ts';
import type { Step } from '../steps.ts';
import { begin, drop, type Hand, type KitWorld, modelOf, send, spend } from './kit.ts';

type Kind = 'event' | 'call' | 'undo' | 'deadline';
type Name = 'a' | 'b' | 'b2' | 'c';

/**
 * A transaction, by the decisions of the code: its start sets off a and b side by side, both together c, which can't be undone. A refusal of b may
 * be answered by b2, which is tried in its place. That a call ends once is what the calls' model shows: here each is one step.
 */
export interface TransactionWorld extends KitWorld<Kind> {
  transaction: Transaction;
  join: Join;
  calls: Partial<Record<Name, 'pending' | 'succeeded' | 'failed' | 'given-up'>>;
  undos: Partial<Record<Name, 'pending' | 'succeeded' | 'failed'>>;
}

export const TRANSACTION_BUGS = {
  'joins what succeeded though closed': 'a success behind the closing is one like any other',
  'a late success is dropped': 'a success behind the closing publishes nothing, and is not undone',
  'closed whatever its state': 'a deadline closes a transaction also while its pivot is tried',
  'undone in order': 'the first that succeeded is the first to be undone',
  'no pivot': 'the step that cannot be undone is a call like any other',
  'rows that succeeded': 'what succeeded by the time that it is closed is undone, by a look at the calls',
  'the next is not sent again': 'who finds a step undone sends nothing',
} as const;
export type TransactionBug = keyof typeof TRANSACTION_BUGS;

export interface TransactionScene {
  /** Calls that may fail, each so often. */
  readonly fails?: Partial<Record<Name, number>>;
  readonly left: TransactionWorld['left'];
  readonly hasDeadline?: boolean;
  readonly most?: number;
}

interface Scene extends TransactionWorld {
  fails: Partial<Record<Name, number>>;
}

const HOPS: Record<Name, number> = { a: 1, b: 1, b2: 1, c: 2 };
const isName = (name: string): name is Name => name in HOPS;
const named = (name: string): Name => (isName(name) ? name : 'a');
const hasClosed = ({ state }: Transaction) => state === 'closing' || state === 'undone' || state === 'stuck';

export function transactionModel(scene: TransactionScene, bug: TransactionBug | null = null): Model<Scene> {
  const { fails = {}, left, hasDeadline = true, most = 2 } = scene;
  const initial: Scene = {
    ...{ transaction: NEW_TRANSACTION, join: NEW_JOIN, calls: {}, undos: {}, fails: { ...fails } },
    ...{ queue: [], hands: [], left: { ...left }, wrong: null },
  };
  send(initial, 'event', 'start');
  return modelOf<Kind, Scene>({
    initial,
    most,
    steps: (w, hand) =>
      [
        { event: eventSteps, call: callSteps, undo: undoSteps, deadline: deadlineSteps }[hand.kind](w, hand, bug),
      ].flat(),
    others: (w) => (hasDeadline ? sweeps(w) : []),
    broken: ({ transaction: { state }, calls }) =>
      state === 'shipped' && calls.c !== 'succeeded' ? 'shipped without c' : null,
    wrongAtRest,
    ended: ({ transaction: { state } }) => state === 'shipped' || state === 'undone' || state === 'stuck',
  });
}

function wrongAtRest({ transaction: { state, why }, calls, undos }: Scene): string | null {
  if (state === 'shipped' && Object.keys(undos).length > 0) return 'shipped and undone';
  if (state === 'stuck' && why === '') return 'stuck without a reason';
  if (state !== 'undone') return null;
  const stands = Object.entries(calls).find(([x, call]) => call === 'succeeded' && undos[named(x)] !== 'succeeded');
  return stands ? `undone, but ${stands[0]} stands` : null;
}

/** The deadline comes once all is quiet, or at any time. Also what closes is looked at, as whoever was to go on may have died. */
function sweeps(w: Scene): Step[] {
  const isQuiet = w.queue.length === 0 && w.hands.length === 0;
  const { state } = w.transaction;
  if (!(isQuiet || w.left.early) || !(state === 'open' || state === 'pivot' || state === 'closing')) return [];
  if (w.hands.some(({ kind }) => kind === 'deadline')) return [];
  const run = () => {
    if (!isQuiet) spend(w, 'early');
    begin(w, 'deadline', '', 'begin');
  };
  return [{ name: 'a sweep finds it past its deadline', fault: !isQuiet, run }];
}

function put(w: Scene, name: Name): void {
  w.calls[name] ??= 'pending';
  send(w, 'call', name);
}

function undo(w: Scene, name: Name): void {
  w.undos[name] ??= 'pending';
  send(w, 'undo', name);
}

const last = (w: Scene, hand: Hand<Kind>): Step => ({ name: 'it is deleted', run: () => drop(w, hand) });

function planStep(w: Scene, hand: Hand<Kind>, bug: TransactionBug | null): Step {
  const run = () => {
    hand.at = 'delete';
    if (bug === 'rows that succeeded') return undoRows(w);
    const { transaction, undo: step } = nextUndo(w.transaction);
    w.transaction = transaction;
    if (step !== null && bug === 'undone in order')
      undo(w, named(undoOrder(transaction).at(-1 - transaction.undone)?.id ?? step));
    else if (step !== null) undo(w, named(step));
  };
  return { name: 'what is undone next is sent', run };
}

function undoRows(w: Scene): void {
  for (const [name, call] of Object.entries(w.calls)) if (call === 'succeeded') undo(w, named(name));
  if (w.transaction.state === 'closing') w.transaction = { ...w.transaction, state: 'undone' };
}

function closing(w: Scene, hand: Hand<Kind>, why: string, isPivot: boolean, bug: TransactionBug | null): Step {
  const run = () => {
    const { state } = w.transaction;
    const isForced = bug === 'closed whatever its state' && state === 'pivot';
    w.transaction = isForced ? { ...w.transaction, state: 'closing', why } : close(w.transaction, why, isPivot);
    hand.at = hasClosed(w.transaction) ? 'plan' : 'delete';
  };
  return { name: `it is closed, if that may be: ${why}`, run };
}

function deadlineSteps(w: Scene, hand: Hand<Kind>, bug: TransactionBug | null): Step {
  if (hand.at === 'begin') return closing(w, hand, 'timed-out', false, bug);
  return hand.at === 'plan' ? planStep(w, hand, bug) : last(w, hand);
}

function eventSteps(w: Scene, hand: Hand<Kind>, bug: TransactionBug | null): Step {
  const [about = '', kind] = hand.of.split('.');
  if (hand.at === 'plan') return planStep(w, hand, bug);
  if (hand.at === 'delete') return last(w, hand);
  if (hand.at === 'joined') {
    const run = () => {
      put(w, 'c');
      hand.at = 'delete';
    };
    return { name: 'c is called', run };
  }
  if (hand.of === 'start') {
    const run = () => {
      put(w, 'a');
      put(w, 'b');
      hand.at = 'delete';
    };
    return { name: 'a and b are called', run };
  }
  if (kind === 'ok') return { name: `${hand.of} is heard`, run: () => hear(w, hand, about) };
  if (about === 'b' && w.left.retry) {
    const run = () => {
      spend(w, 'retry');
      put(w, 'b2');
      hand.at = 'delete';
    };
    return { name: 'b is tried again, as b2', run };
  }
  return closing(w, hand, hand.of, about === 'c', bug);
}

function hear(w: Scene, hand: Hand<Kind>, type: string): void {
  hand.at = 'delete';
  if (type === 'c') return;
  const { join, arrival } = arrive(w.join, ['a', 'b'], { type, event: type });
  w.join = join;
  if (arrival === 'joined') hand.at = 'joined';
}

function callSteps(w: Scene, hand: Hand<Kind>, bug: TransactionBug | null): Step[] {
  const name = named(hand.of);
  const call = w.calls[name];
  switch (hand.at) {
    case 'begin': {
      if (call !== 'pending') return [{ name: `${name} has ended`, run: () => ended(w, hand, call) }];
      if (name !== 'c' || bug === 'no pivot') return tries(w, hand, name);
      return [{ name: 'c asks for its pivot', run: () => enter(w, hand) }];
    }
    case 'try':
      return tries(w, hand, name);
    case 'succeeded':
      return [{ name: `${name} joins what succeeded, if that may be`, run: () => join(w, hand, name, bug) }];
    case 'publish': {
      const run = () => {
        send(w, 'event', `${name === 'b2' ? 'b' : name}.ok`);
        hand.at = 'delete';
      };
      return [{ name: `${name}.ok is published`, run }];
    }
    case 'undo': {
      const run = () => {
        undo(w, name);
        hand.at = 'delete';
      };
      return [{ name: `${name} came late, and is undone by itself`, run }];
    }
    case 'failed': {
      const run = () => {
        send(w, 'event', `${name}.failed`);
        hand.at = 'delete';
      };
      return [{ name: `${name}.failed is published`, run }];
    }
    default:
      return [last(w, hand)];
  }
}

function ended(w: Scene, hand: Hand<Kind>, call: Scene['calls'][Name]): void {
  hand.at = call === 'succeeded' || call === 'failed' ? call : 'delete';
  if (call === undefined) w.wrong = `${hand.of} is sent and was not put`;
}

function enter(w: Scene, hand: Hand<Kind>): void {
  const entered = enterPivot(w.transaction);
  hand.at = entered ? 'try' : 'delete';
  if (entered) w.transaction = entered;
  else w.calls.c = 'given-up';
}

/** The other copy of its message may have ended it meanwhile. */
function tries(w: Scene, hand: Hand<Kind>, name: Name): Step[] {
  const end = (call: 'succeeded' | 'failed') => {
    if (w.calls[name] === 'pending') {
      if (name === 'c' && hasClosed(w.transaction)) w.wrong = 'shipped while it is being undone';
      w.calls[name] = call;
    }
    ended(w, hand, w.calls[name]);
  };
  const steps: Step[] = [{ name: `${name} succeeds`, run: () => end('succeeded') }];
  const fails = w.fails[name] ?? 0;
  if (fails === 0) return steps;
  const run = () => {
    w.fails[name] = fails - 1;
    end('failed');
  };
  return [...steps, { name: `${name} refuses`, fault: true, run }];
}

function join(w: Scene, hand: Hand<Kind>, name: Name, bug: TransactionBug | null): void {
  const before = w.transaction;
  const isOpened = bug === 'joins what succeeded though closed' && hasClosed(before);
  const from: Transaction = isOpened ? { ...before, state: 'open' } : before;
  const { transaction, success } = succeed(from, { id: name, hop: HOPS[name] }, name === 'c');
  w.transaction = isOpened ? { ...transaction, state: before.state } : transaction;
  const isDropped = success === 'undo' && (bug === 'a late success is dropped' || bug === 'rows that succeeded');
  hand.at = success === 'nothing' || isDropped ? 'delete' : success;
}

function undoSteps(w: Scene, hand: Hand<Kind>, bug: TransactionBug | null): Step[] {
  const name = named(hand.of);
  if (hand.at === 'begin') {
    const state = w.undos[name];
    if (state !== 'pending') {
      const at = bug === 'the next is not sent again' ? 'delete' : 'tell';
      return [{ name: `the undo of ${name} has ended`, run: () => (hand.at = at) }];
    }
    const end = (outcome: 'succeeded' | 'failed') => {
      w.wrong ??= tooEarly(w, name);
      w.undos[name] = outcome;
      hand.at = 'tell';
    };
    const steps: Step[] = [{ name: `${name} is undone`, run: () => end('succeeded') }];
    if (!w.left.undo) return steps;
    const run = () => {
      spend(w, 'undo');
      end('failed');
    };
    return [...steps, { name: `${name} can't be undone`, fault: true, run }];
  }
  if (hand.at === 'plan') return [planStep(w, hand, bug)];
  if (hand.at === 'delete') return [last(w, hand)];
  const run = () => {
    const isUndone = w.undos[name] === 'succeeded';
    w.transaction = undid(w.transaction, name, isUndone);
    hand.at = isUndone && bug !== 'rows that succeeded' ? 'plan' : 'delete';
  };
  return [{ name: `the undo of ${name} is told`, run }];
}

function tooEarly({ transaction: { ok, state }, calls, undos }: Scene, name: Name): string | null {
  if (calls[name] !== 'succeeded') return `${name} is undone and did not succeed`;
  if (state === 'shipped') return `${name} is undone though shipped`;
  const isIn = ok.some(({ id }) => id === name);
  const later = ok.find(({ id, hop }) => isIn && hop > HOPS[name] && undos[named(id)] !== 'succeeded');
  return later ? `${name} is undone before ${later.id}` : null;
}
