import { isBlockFull } from './completion.ts';
import type { Json } from './json.ts';
import type { RunStatus } from './run.ts';
import { maySend } from './run.ts';

/**
 * What a forwarder does with a message: pure decisions over BLOCK, the run's status and the clock. Reading, calling and
 * writing are functions/forwarder's.
 */

/**
 * Values that a newer release stored behind the fields that this one knows. This release keeps them unchanged: it can't read them, so
 * it can't know that they no longer hold.
 */
interface Carried {
  readonly later?: readonly Json[];
}

/** What a slot that ever failed remembers. A slot without one is at turn 0. */
export interface Register extends Carried {
  /** How often the slot was sent again; a message of another turn is void. */
  readonly turn: number;
  /** Of children that were tried or crashed, by number. */
  readonly tries: ReadonlyMap<number, Tries>;
  /** A forwarder may have died of one of its children: they are called one at a time. */
  readonly alone: boolean;
  /** The child that is being called alone right now. */
  readonly mark: Mark | null;
}

export interface Tries extends Carried {
  /** Calls that ended without an outcome. */
  readonly tries: number;
  /** Not to be called before, epoch milliseconds. */
  readonly due: number;
  /** Forwarders that died while calling it alone. */
  readonly crashes: number;
}

export interface Mark extends Carried {
  readonly child: number;
  /** The end of the invocation that set it, epoch milliseconds: past it, that invocation is over. */
  readonly deadline: number;
  /** The invocation that set it. */
  readonly by: string;
}

export interface BlockState {
  readonly done: ReadonlySet<number>;
  /** By the number of the slot's first child. */
  readonly registers: ReadonlyMap<number, Register>;
}

export const EMPTY_BLOCK: BlockState = { done: new Set(), registers: new Map() };
export const NEW_REGISTER: Register = { turn: 0, tries: new Map(), alone: false, mark: null };
export const NO_TRIES: Tries = { tries: 0, due: 0, crashes: 0 };

/** Crashes of a child called alone that make it poison. */
export const POISON_CRASHES = 2;

/** The part of a work message that decides. */
export interface Delivery {
  /** Number of the slot's first child within its block. */
  readonly slot: number;
  /** Children of the slot. */
  readonly count: number;
  readonly turn: number;
  /** Children of the whole block. */
  readonly blockSize: number;
  /** How often the queue has handed it out, this time included. */
  readonly receives: number;
}

export type Decision =
  /** The block is full: complete it again, and call no child. */
  | { readonly do: 'complete' }
  /** Nothing of this message is left to do: delete it. */
  | { readonly do: 'void' }
  /** Call these together. */
  | { readonly do: 'call'; readonly due: readonly number[] }
  /** A suspect: call one at a time, after all else in the batch is stored. */
  | { readonly do: 'alone' };

export function registerOf(block: BlockState, slot: number): Register {
  return block.registers.get(slot) ?? NEW_REGISTER;
}

/** Children of a slot that have no outcome. */
export function missing(block: BlockState, slot: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => slot + i).filter((n) => !block.done.has(n));
}

/** Calls of a child that are known of while it has no outcome. */
export function callsOf(block: BlockState, n: number): number {
  for (const { tries } of block.registers.values()) {
    const known = tries.get(n);
    if (known) return known.tries + known.crashes;
  }
  return 0;
}

export function decide(delivery: Delivery, block: BlockState, status: RunStatus | null, now: number): Decision {
  // First, whatever the turn or the run's status: the forwarder that filled the block may have died before completing it.
  if (isBlockFull(block.done, delivery.blockSize)) return { do: 'complete' };
  const register = registerOf(block, delivery.slot);
  if (status === null || !maySend(status) || delivery.turn !== register.turn) return { do: 'void' };
  const left = missing(block, delivery.slot, delivery.count);
  if (left.length === 0) return { do: 'void' };
  if (delivery.receives > 1 || register.alone) return { do: 'alone' };
  return { do: 'call', due: left.filter((n) => isDue(register, n, now)) };
}

function isDue(register: Register, n: number, now: number): boolean {
  return (register.tries.get(n)?.due ?? 0) <= now;
}

/** What became of a message's children. One that isn't named is handed back: it is due at once, and no try is spent. */
export interface Results {
  /** Ended: an outcome is stored for it. */
  readonly ended: ReadonlySet<number>;
  /** Called in vain: a try is spent, and it is due then (epoch milliseconds). */
  readonly again: ReadonlyMap<number, number>;
  /** Handed back: it is due then, and no try is spent. */
  readonly handedBack?: ReadonlyMap<number, number>;
  /** Every child that was due got its call. False keeps `alone`. */
  readonly complete: boolean;
}

/** The register that a message leaves behind; null where none of its children remain, so that nothing is sent again. */
export function nextRegister(delivery: Delivery, block: BlockState, results: Results): Register | null {
  const left = missing(block, delivery.slot, delivery.count).filter((n) => !results.ended.has(n));
  if (left.length === 0) return null;
  const register = registerOf(block, delivery.slot);
  const tries = new Map<number, Tries>();
  for (const n of left) {
    const before = register.tries.get(n) ?? NO_TRIES;
    const due = results.again.get(n);
    const later = results.handedBack?.get(n) ?? 0;
    if (due !== undefined) tries.set(n, { ...before, tries: before.tries + 1, due });
    else if (later > before.due) tries.set(n, { ...before, due: later });
    else if (before !== NO_TRIES) tries.set(n, before);
  }
  // A suspect that was handed back stays one, also when its pass had no time to say so in a mark.
  const alone = !results.complete && (register.alone || delivery.receives > 1);
  return { ...register, turn: delivery.turn + 1, tries, alone, mark: null };
}

/** Seconds to delay a slot's next message: until its earliest child is due, at most SQS's 900. */
export function delaySeconds(register: Register, left: readonly number[], now: number): number {
  const earliest = Math.min(...left.map((n) => register.tries.get(n)?.due ?? 0));
  return Math.min(900, Math.max(0, Math.ceil((earliest - now) / 1_000)));
}

/** A register raised by one turn, the rest kept: what is still queued of the slot becomes void. */
export function raised(register: Register): Register {
  return { ...register, turn: register.turn + 1 };
}

export type AloneStep =
  /** Another invocation is calling one of the slot's children alone: the message goes back until then. */
  | { readonly do: 'back'; readonly until: number }
  /** This child killed its forwarder often enough: it fails as poison, after `calls` calls. */
  | { readonly do: 'poison'; readonly child: number; readonly calls: number }
  /** Write `register`, if the stored one is as read, then call the child. */
  | { readonly do: 'call'; readonly child: number; readonly register: Register & { readonly mark: Mark } }
  /** None of the slot's children is due and uncalled. */
  | { readonly do: 'done' };

/**
 * The next step of calling a suspect slot one child at a time, fewest crashes first, so that a killer comes last.
 * @param called children this pass has called already
 * @param self this invocation: its id and the time it ends at, epoch milliseconds
 */
export function aloneStep(
  delivery: Delivery,
  block: BlockState,
  called: ReadonlySet<number>,
  self: { readonly id: string; readonly deadline: number },
  now: number,
): AloneStep {
  const register = registerOf(block, delivery.slot);
  const { mark } = register;
  if (mark && mark.by !== self.id && mark.deadline > now) return { do: 'back', until: mark.deadline };
  let tries = register.tries;
  if (mark && mark.by !== self.id && !block.done.has(mark.child)) {
    // Its invocation is over and left no outcome: it died while this child was called.
    const before = tries.get(mark.child) ?? NO_TRIES;
    tries = new Map(tries).set(mark.child, { ...before, crashes: before.crashes + 1 });
  }
  const left = missing(block, delivery.slot, delivery.count);
  for (const child of left) {
    const before = tries.get(child) ?? NO_TRIES;
    // Needs no write of the register: until the outcome is stored, every reader decides the same.
    if (before.crashes >= POISON_CRASHES) return { do: 'poison', child, calls: before.tries + before.crashes };
  }
  const seen: Register = { ...register, tries, mark: null };
  const next = left
    .filter((n) => !called.has(n) && isDue(seen, n, now))
    .sort((a, b) => (tries.get(a)?.crashes ?? 0) - (tries.get(b)?.crashes ?? 0) || a - b)[0];
  if (next === undefined) return { do: 'done' };
  const mine: Mark = { child: next, deadline: self.deadline, by: self.id };
  return { do: 'call', child: next, register: { ...seen, alone: true, mark: mine } };
}
