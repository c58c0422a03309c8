import { type CallWorld, type Message, type Pair, PHASE } from './world.ts';

/** Brings states that mean the same into the same text. */
export function canonical(w: CallWorld): void {
  for (const which of w.calls.keys()) {
    settleEnded(w, which);
    rankTurns(w, which);
  }
  if (w.calls.every(({ outcome }) => outcome !== null)) for (const what of SPENT) delete w.left[what];
  dropVoid(w);
  nameForwarders(w);
  nameCopies(w);
  w.queue.sort(byText);
  w.clients.sort();
}

/** Of what has ended, nothing asks any more for its turn, its tries or its due time. */
const SPENT = ['failure', 'pressure', 'haste', 'move'] as const;

function settleEnded(w: CallWorld, which: number): void {
  const call = w.calls[which];
  const ghost = w.ghost.of[which];
  if (!call || !ghost || call.outcome === null) return;
  if (call.listed === null || call.listed === 'ended') call.phase = PHASE.due;
  if (call.listed === null) w.shown[which] = null;
  Object.assign(call, { turn: 0, tries: 0, alone: false, crashes: 0, past: false });
  Object.assign(ghost, { tries: Math.min(ghost.tries, 0), failures: 0, wait: 0 });
  eachTurn(w, which, () => 0);
}

/** Turns are told apart by their order alone. */
function rankTurns(w: CallWorld, which: number): void {
  const seen = new Set<number>();
  const note = (turn: number) => {
    seen.add(turn);
    return turn;
  };
  eachTurn(w, which, note);
  const ranks = [...seen].sort((a, b) => a - b);
  if (ranks.at(-1) !== ranks.length - 1) eachTurn(w, which, (turn) => ranks.indexOf(turn));
}

function eachTurn(w: CallWorld, which: number, change: (turn: number) => number): void {
  const call = w.calls[which];
  if (call) call.turn = change(call.turn);
  const entry = w.shown[which];
  if (entry) entry.turn = change(entry.turn);
  const pairs = (of: readonly Pair[]) => of.map((pair): Pair => (pair[0] === which ? [which, change(pair[1])] : pair));
  for (const message of w.queue) message.pairs = pairs(message.pairs);
  for (const p of w.procs) {
    if ('message' in p) {
      p.message.pairs = pairs(p.message.pairs);
      p.todo = pairs(p.todo);
      if (p.now?.[0] === which) p.now = [which, change(p.now[1])];
      if (p.kind === 'forward') {
        p.claimed = pairs(p.claimed);
        p.alone = pairs(p.alone);
        p.rest = pairs(p.rest);
      }
    } else if (p.kind === 'round' ? p.call === which : which === 0) p.turn = change(p.turn);
  }
}

/** A message that is good for nothing any more says as much as two of them. */
function dropVoid(w: CallWorld): void {
  const isVoid = ({ pairs }: Message) =>
    pairs.every(([which, turn]) => w.calls[which]?.outcome === null && w.calls[which].turn > turn);
  const known = new Set<string>();
  w.queue = w.queue.filter((message) => {
    if (!isVoid(message)) return true;
    const text = message.pairs.map(([which]) => which).join();
    const isNew = !known.has(text);
    known.add(text);
    return isNew;
  });
}

/** It doesn't matter which forwarder is which; those that left a mark and live no more are one. */
function nameForwarders(w: CallWorld): void {
  const text = (p: CallWorld['procs'][number]) => {
    if (p.kind !== 'forward') return JSON.stringify(p);
    const marks = w.calls.map(({ mark }) => mark?.by === p.id);
    return JSON.stringify([{ ...p, id: 0, message: p.message.pairs }, marks]);
  };
  const sorted = w.procs.map((p) => ({ p, text: text(p) })).sort((a, b) => (a.text < b.text ? -1 : 1));
  w.procs = sorted.map(({ p }) => p);
  const names = new Map<number, number>();
  for (const p of w.procs) {
    if (p.kind !== 'forward') continue;
    names.set(p.id, names.size);
    p.id = names.size - 1;
  }
  for (const { mark } of w.calls) if (mark) mark.by = names.get(mark.by) ?? -1;
}

function nameCopies(w: CallWorld): void {
  w.queue.sort(byText);
  const names = new Map<number, number>();
  const messages = [...w.procs.flatMap((p) => ('message' in p ? [p.message] : [])), ...w.queue];
  for (const message of messages) {
    const name = names.get(message.copy) ?? names.size;
    names.set(message.copy, name);
    message.copy = name;
  }
}

const byText = (a: unknown, b: unknown): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
