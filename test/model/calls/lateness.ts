import type { Action, Model } from '../explore.ts';

/**
 * How late a call is claimed while nothing dies, over each time of creation and move, each lag of the index and each moment of the
 * rounds. Times are minutes from now; a message's own delay is exact.
 */
export interface LatenessWorld {
  call: { due: number; turn: number; isSent: boolean } | null;
  /** What a round is shown of it, and for how long that has been untrue. */
  shown: { due: number; turn: number } | null;
  untrueFor: number;
  sinceRound: number[];
  messages: { inMinutes: number; turn: number }[];
  /** How far off its due time was when it was claimed. */
  claimedAt: number | null;
  moves: number;
}

export interface LatenessRules {
  /** Who sets a due time within this many minutes sends the message. */
  readonly near: number;
  /** A round sends what is due within this many. */
  readonly lead: number;
  /** Minutes between rounds at most. */
  readonly period: number;
  readonly rounds: number;
  /** The index shows no state that has been untrue for longer. */
  readonly lag: number;
  readonly moves: number;
  /** How late it may be. */
  readonly mostLate: number;
}

/** What the rules say: sent by itself within 10 minutes, else 3 minutes ahead, in rounds of a minute. */
export const MINUTES: LatenessRules = { near: 10, lead: 3, period: 1, rounds: 1, lag: 7, moves: 0, mostLate: 0 };

export function latenessModel(rules: LatenessRules): Model<LatenessWorld> {
  const { rounds, moves, mostLate } = rules;
  const begin: LatenessWorld = {
    call: null,
    shown: null,
    untrueFor: 0,
    sinceRound: Array.from({ length: rounds }, () => 0),
    messages: [],
    claimedAt: null,
    moves,
  };
  return {
    initial: [begin],
    actors: (w) => [{ who: () => 'the call', actions: () => steps(w, rules) }],
    clone: (w) => JSON.parse(JSON.stringify(w)),
    canonical: (w) => {
      w.sinceRound.sort((a, b) => a - b);
      w.messages.sort((a, b) => a.inMinutes - b.inMinutes || a.turn - b.turn);
    },
    broken: ({ call, claimedAt }) => {
      if (claimedAt !== null && claimedAt > 0) return `claimed ${claimedAt} minutes early`;
      const late = -(claimedAt ?? call?.due ?? 0);
      return late > mostLate ? `${late} minutes late` : null;
    },
    finished: ({ claimedAt }) => claimedAt !== null,
  };
}

function steps(w: LatenessWorld, rules: LatenessRules): Action[] {
  if (w.claimedAt !== null) return [];
  const { call } = w;
  const quiet = (name: string, run: () => void): Action => ({ name, quiet: true, run });
  const horizon = Array.from({ length: rules.near + 3 }, (_, due) => due);
  const actions: Action[] = [];
  if (call === null) actions.push(...horizon.map((due) => quiet(`create, due in ${due}`, () => set(w, rules, 0, due))));
  else {
    const move = (due: number) => () => {
      w.moves -= 1;
      set(w, rules, call.turn + 1, due);
    };
    if (w.moves > 0) actions.push(...horizon.map((due) => ({ name: `move to ${due}`, quiet: false, run: move(due) })));
    if (!isTrue(w)) actions.push(quiet('the index catches up', () => catchUp(w)));
  }
  for (const i of w.sinceRound.keys()) actions.push(quiet('a round', () => round(w, rules, i)));
  const due = w.messages.find(({ inMinutes }) => inMinutes === 0);
  if (due) {
    actions.push(quiet('a message comes', () => claim(w, due)));
    return actions;
  }
  const isHeldUp = (!isTrue(w) && w.untrueFor >= rules.lag) || w.sinceRound.some((since) => since >= rules.period);
  if (!isHeldUp) actions.push(quiet('a minute passes', () => pass(w)));
  return actions;
}

function set(w: LatenessWorld, { near }: LatenessRules, turn: number, due: number): void {
  const isSent = due <= near;
  w.call = { due, turn, isSent };
  w.untrueFor = 0;
  if (isSent) w.messages.push({ inMinutes: due, turn });
}

const isTrue = ({ call, shown }: LatenessWorld): boolean => call?.due === shown?.due && call?.turn === shown?.turn;

function catchUp(w: LatenessWorld): void {
  w.shown = w.call && { due: w.call.due, turn: w.call.turn };
  w.untrueFor = 0;
}

function round(w: LatenessWorld, { lead }: LatenessRules, i: number): void {
  w.sinceRound[i] = 0;
  const { call, shown } = w;
  if (!call || !shown || call.isSent || shown.turn !== call.turn || shown.due > lead) return;
  call.turn += 1;
  call.isSent = true;
  w.untrueFor = 0;
  w.messages.push({ inMinutes: Math.max(0, call.due), turn: call.turn });
}

function claim(w: LatenessWorld, message: LatenessWorld['messages'][number]): void {
  w.messages.splice(w.messages.indexOf(message), 1);
  if (w.call?.turn === message.turn) w.claimedAt = w.call.due;
}

function pass(w: LatenessWorld): void {
  if (!isTrue(w)) w.untrueFor += 1;
  if (w.call) w.call.due -= 1;
  if (w.shown) w.shown.due -= 1;
  w.sinceRound = w.sinceRound.map((since) => since + 1);
  for (const message of w.messages) message.inMinutes = Math.max(0, message.inMinutes - 1);
}
