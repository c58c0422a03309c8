import { isBlockFull } from './completion.ts';
import type { Json } from './json.ts';
import type { RunStatus } from './run.ts';
import { maySend } from './run.ts';
import type { Waiting } from './waiting.ts';

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

/**
 * How carefully a slot is called. `0`: as usual. `1`, apart: behind all else of its batch, for a forwarder may have died of it, though a
 * throttle or a failed start hands a message out twice as well. `2`, alone: one child at a time, for a forwarder did die of it.
 */
export type Care = 0 | 1 | 2;

/** What a slot that ever failed remembers. A slot without one is at turn 0. */
export interface Register extends Carried {
  /** How often the slot was sent again; a message of another turn is void. */
  readonly turn: number;
  /** Of children that were tried or crashed, by number. */
  readonly tries: ReadonlyMap<number, Tries>;
  readonly care: Care;
  /** What an invocation is calling right now. */
  readonly mark: Mark | null;
  /** Children whose service will call back, and that are in no message until then; absent for none. */
  readonly waiting?: Waiting;
}

export interface Tries extends Carried {
  /** Calls that ended without an outcome. */
  readonly tries: number;
  /** Not to be called before, epoch milliseconds. */
  readonly due: number;
  /** Forwarders that died while calling it alone. */
  readonly crashes: number;
  /** Passes in a row that its service ended by being busy; absent for none. */
  readonly pressed?: number;
  /** Children that a call of it may have at most, where one of more failed as a whole; absent where none did since its last try. */
  readonly together?: number;
}

/**
 * Says what an invocation calls, until it has stored what that came to. Where it is found behind the invocation's end, that died: a mark
 * is the only evidence of a death.
 */
export interface Mark extends Carried {
  /** The one child that is called; null where all of the slot are. */
  readonly child: number | null;
  /** The end of the invocation that set it, epoch milliseconds. */
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
export const NEW_REGISTER: Register = { turn: 0, tries: new Map(), care: 0, mark: null };
export const NO_TRIES: Tries = { tries: 0, due: 0, crashes: 0 };

/** Crashes of a child called alone that make it poison. */
export const POISON_CRASHES = 2;

/** A mark counts for so long behind its invocation's end, as clocks differ. */
export const MARK_MARGIN_MS = 2_000;

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
  /** Another invocation is calling the slot: the message goes back until then. */
  | { readonly do: 'back'; readonly until: number }
  /** Call these together. */
  | { readonly do: 'call'; readonly due: readonly number[] }
  /** A suspect: see {@link suspectStep}, after all else in the batch is stored. */
  | { readonly do: 'suspect'; readonly care: 1 | 2 };

export function registerOf(block: BlockState, slot: number): Register {
  return block.registers.get(slot) ?? NEW_REGISTER;
}

/** Children of a slot that have no outcome. */
export function missing(block: BlockState, slot: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => slot + i).filter((n) => !block.done.has(n));
}

/** Of these children of a slot those that can be called: none waits for its callback. */
export function sendable({ waiting }: Pick<Register, 'waiting'>, children: readonly number[]): readonly number[] {
  return waiting ? children.filter((n) => !waiting.has(n)) : children;
}

/** Children of a slot that wait for their callback, and have no outcome. */
export function stillWaiting({ done, registers }: BlockState, slot: number): number[] {
  return [...(registers.get(slot)?.waiting?.keys() ?? [])].filter((n) => !done.has(n));
}

/** Calls of a child that are known of while it has no outcome. */
export function callsOf(block: BlockState, n: number): number {
  let calls = 0;
  for (const { tries, waiting } of block.registers.values()) {
    const known = tries.get(n);
    if (known) calls += known.tries + known.crashes;
    if (waiting?.has(n)) calls += 1;
  }
  return calls;
}

/** @param self the invocation that decides */
export function decide(
  delivery: Delivery,
  block: BlockState,
  status: RunStatus | null,
  self: string,
  now: number,
): Decision {
  // First, whatever the turn or the run's status: the forwarder that filled the block may have died before completing it.
  if (isBlockFull(block.done, delivery.blockSize)) return { do: 'complete' };
  const register = registerOf(block, delivery.slot);
  if (status === null || !maySend(status) || delivery.turn !== register.turn) return { do: 'void' };
  const left = sendable(register, missing(block, delivery.slot, delivery.count));
  if (left.length === 0) return { do: 'void' };
  const mark = markOfAnother(register, self);
  if (mark && endOf(mark) > now) return { do: 'back', until: endOf(mark) };
  const care = mark ? 2 : careOf(delivery, register);
  return care === 0 ? { do: 'call', due: left.filter((n) => isDue(register, n, now)) } : { do: 'suspect', care };
}

/** A mark of one's own is no evidence: whoever finds it lives, and only failed to end it. */
function markOfAnother({ mark }: Register, self: string): Mark | null {
  return mark && mark.by !== self ? mark : null;
}

/** From then on a mark is evidence, epoch milliseconds. */
function endOf({ deadline }: Mark): number {
  return deadline + MARK_MARGIN_MS;
}

/** As the register says; a message that was received before is called apart at least. */
function careOf(delivery: Delivery, { care }: Register): Care {
  return care === 0 && delivery.receives > 1 ? 1 : care;
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
  /** Answered with 202: no message carries them until their callback comes, or the time given here. */
  readonly waiting?: Waiting;
  /** Of these and those called in vain, the ones whose service was busy. */
  readonly pressed?: ReadonlySet<number>;
  /** Of those handed back: children that each one's next call may have at most, as one of more failed as a whole. */
  readonly together?: ReadonlyMap<number, number>;
  /** Every child that was due got its call. False keeps `care`. */
  readonly complete: boolean;
}

/** The register that a message leaves behind; null where none of its children remain, so that nothing is sent again. */
export function nextRegister(delivery: Delivery, block: BlockState, results: Results): Register | null {
  const left = missing(block, delivery.slot, delivery.count).filter((n) => !results.ended.has(n));
  if (left.length === 0) return null;
  const register = registerOf(block, delivery.slot);
  const tries = new Map<number, Tries>();
  const waiting = new Map([...(register.waiting ?? [])].filter(([n]) => left.includes(n)));
  for (const [n, until] of results.waiting ?? []) if (left.includes(n)) waiting.set(n, until);
  for (const n of left) {
    const { pressed = 0, together, ...before } = register.tries.get(n) ?? NO_TRIES;
    const isPressed = results.pressed?.has(n) ?? false;
    const due = results.again.get(n);
    const later = results.handedBack?.get(n) ?? 0;
    // One that was not called keeps its row; another answer than pressure ends it.
    const row = isPressed ? pressed + 1 : due === undefined && !results.waiting?.has(n) ? pressed : 0;
    // A try was its own call's: what that came to in company of others no longer matters.
    const most = due === undefined ? (results.together?.get(n) ?? together) : undefined;
    const next = { ...before, ...(row > 0 && { pressed: row }), ...(most !== undefined && { together: most }) };
    if (due !== undefined) tries.set(n, { ...next, tries: before.tries + 1, due });
    else if (later > before.due) tries.set(n, { ...next, due: later });
    else if (register.tries.has(n) || row > 0 || most !== undefined) tries.set(n, next);
  }
  // A suspect that was handed back stays one, also when its pass had no time to say so in a mark.
  const care = results.complete ? 0 : careOf(delivery, register);
  const { waiting: _, ...kept } = register;
  return { ...kept, turn: delivery.turn + 1, tries, care, mark: null, ...(waiting.size > 0 && { waiting }) };
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

export type SuspectStep =
  /** This child killed its forwarder often enough: it fails as poison, after `calls` calls. */
  | { readonly do: 'poison'; readonly child: number; readonly calls: number }
  /** Write `register`, if the stored one is as read, then call the children, and end the mark in the write that stores them. */
  | { readonly do: 'call'; readonly children: readonly number[]; readonly register: Register & { readonly mark: Mark } }
  /** None of the slot's children is due and uncalled. */
  | { readonly do: 'done' };

/**
 * The next step of calling a suspect slot: apart, all of its children under one mark; alone, one child at a time, fewest crashes
 * first, so that a killer comes last.
 * @param block in which no other invocation's mark is live: {@link decide} sends the message back from one
 * @param called children this pass has called already
 * @param self this invocation: its id and the time it ends at, epoch milliseconds
 */
export function suspectStep(
  delivery: Delivery,
  block: BlockState,
  called: ReadonlySet<number>,
  self: { readonly id: string; readonly deadline: number },
  now: number,
): SuspectStep {
  const register = registerOf(block, delivery.slot);
  const evidence = markOfAnother(register, self.id);
  const tries = evidence ? withCrash(register.tries, evidence, block.done) : register.tries;
  const left = missing(block, delivery.slot, delivery.count);
  for (const child of left) {
    const before = tries.get(child) ?? NO_TRIES;
    // Needs no write of the register: until the outcome is stored, every reader decides the same.
    if (before.crashes >= POISON_CRASHES) return { do: 'poison', child, calls: before.tries + before.crashes };
  }
  const due = sendable(register, left).filter((n) => !called.has(n) && isDue(register, n, now));
  const crashes = (n: number): number => tries.get(n)?.crashes ?? 0;
  const [first] = due.sort((a, b) => crashes(a) - crashes(b) || a - b);
  if (first === undefined) return { do: 'done' };
  const care = evidence || register.care === 2 ? 2 : 1;
  const mark: Mark = { child: care === 2 ? first : null, deadline: self.deadline, by: self.id };
  return { do: 'call', children: care === 2 ? [first] : due, register: { ...register, tries, care, mark } };
}

/** One crash more for the child that was called alone when its forwarder died; a slot's mark accuses none of its children. */
function withCrash(
  tries: ReadonlyMap<number, Tries>,
  { child }: Mark,
  done: ReadonlySet<number>,
): ReadonlyMap<number, Tries> {
  if (child === null || done.has(child)) return tries;
  const before = tries.get(child) ?? NO_TRIES;
  return new Map(tries).set(child, { ...before, crashes: before.crashes + 1 });
}
