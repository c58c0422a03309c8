import type { SegmentRef } from './layout.ts';
import type { WaitingSlot } from './waiting.ts';

/**
 * Where a definition caps how many children may wait for their callbacks, each takes a seat before its call. A seat that nobody gave back is
 * found and freed by what its slot's register says: the register is the truth, and a seat no more than room for it.
 */

/** A slot of a run. */
export interface SlotRef extends WaitingSlot {
  readonly run: string;
  readonly segment: SegmentRef;
}

/** What one slot holds. */
export interface Seats {
  readonly count: number;
  /** Its calls may go on until then, epoch milliseconds; behind it, the register alone says who waits. */
  readonly until: number;
}

/** All seats of a pipeline. */
export interface SeatState {
  readonly taken: number;
  /** When they were last held against the registers, epoch milliseconds. */
  readonly countedAt: number;
  /** By {@link slotKey}. */
  readonly of: ReadonlyMap<string, Seats>;
}

/** Slots that may hold seats at once: they stand in one item. */
export const MOST_SEATED_SLOTS = 1_000;

export function slotKey({ run, segment, block, slot }: SlotRef): string {
  return `${run}#${segment.slice}-${segment.segment}.${block}.${slot}`;
}

const SLOT_KEY = /^([^#]+)#(\d+)-(\d+)\.(\d+)\.(\d+)$/;

/** @throws {RangeError} for what is no {@link slotKey} */
export function parseSlotKey(key: string): SlotRef {
  const [, run, ...numbers] = SLOT_KEY.exec(key) ?? [];
  const [slice, segment, block, slot] = numbers.map(Number);
  if (run === undefined || slice === undefined || segment === undefined || block === undefined || slot === undefined)
    throw new RangeError(`${JSON.stringify(key)} names no slot.`);
  return { run, segment: { slice, segment }, block, slot };
}

/**
 * Of `wanted` children of a slot that are to be called, how many find a seat.
 * @param held of the slot's children that wait already: these keep theirs
 * @example seatsFree({ taken: 90, countedAt: 0, of: new Map() }, 'r#0-0.0.0', 0, 64, 100); // 10
 */
export function seatsFree(state: SeatState, key: string, held: number, wanted: number, cap: number): number {
  const own = state.of.get(key);
  if (!own && state.of.size >= MOST_SEATED_SLOTS) return 0;
  return Math.max(0, Math.min(wanted, cap - (state.taken - (own?.count ?? 0)) - held));
}
