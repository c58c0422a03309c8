import { blockOf, type WorkMessage } from '../../shared/domain/messages.ts';
import {
  parseSlotKey,
  type SeatState,
  type Seats,
  type SlotRef,
  seatsFree,
  slotKey,
} from '../../shared/domain/seats.ts';
import { MARK_MARGIN_MS, stillWaiting } from '../../shared/domain/sending.ts';
import type { Invocation } from '../../shared/ports/deps.ts';
import type { ForwarderDeps } from './deps.ts';

/** Writers of one pipeline's seats meet: whoever finds them changed reads them again, so often. */
const MOST_ROUNDS = 6;
/** Blocks read at once while seats are held against the registers. */
const AT_ONCE = 16;
/** Of a wait's time, after which a child without a seat asks again; and the least and most of that. */
const PART_OF_WAIT = 1 / 64;
const LEAST_LATER_MS = 15_000;
const MOST_LATER_MS = 60_000;
/** Seats are held against the registers this often at most. */
const COUNT_EVERY_MS = 10_000;

/** What becomes of children that ask for seats. */
export interface Seated {
  readonly children: readonly number[];
  /** When the others may ask again, epoch milliseconds. */
  readonly due: number;
}

/**
 * Seats that one invocation takes, before it calls children that may come to wait for callbacks. A pipeline without a cap pays nothing. What
 * isn't given back, because its holder died or the callback came, is freed by whoever next finds too few.
 */
export class SeatTaker {
  readonly #deps: ForwarderDeps;
  readonly #invocation: Invocation;
  readonly #taken = new Map<string, Seats>();

  constructor(deps: ForwarderDeps, invocation: Invocation) {
    this.#deps = deps;
    this.#invocation = invocation;
  }

  /**
   * Takes seats for children of a message that are to be called, as many as are free.
   * @param held of its slot's children that wait already
   */
  async take(message: WorkMessage, children: readonly number[], held: number): Promise<Seated> {
    const cap = await this.#cap();
    if (cap === null) return { children, due: 0 };
    const { stores, clock } = this.#deps;
    const slot = slotOf(message);
    const key = slotKey(slot);
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const state = await stores.seats.read();
      const free = seatsFree(state, key, held, children.length, cap);
      if (free < children.length && (await this.#freeLost(state, key))) continue;
      if (free === 0) break;
      const own = state.of.get(key) ?? null;
      const isLive = own !== null && own.until > clock.now();
      const next: Seats = {
        // A duplicate of the message may be calling the same children.
        count: Math.max(held + free, isLive ? own.count : 0),
        until: Math.max(this.#invocation.deadline + MARK_MARGIN_MS, own?.until ?? 0),
      };
      if (!(await stores.seats.change(slot, own, next, cap))) continue;
      this.#taken.set(key, next);
      return { children: children.slice(0, free), due: this.#later() };
    }
    return { children: [], due: this.#later() };
  }

  /** Gives back what is not needed once a message's pass is stored: as many of its children wait as its register says. */
  async settle(message: WorkMessage, waiting: number): Promise<void> {
    const slot = slotOf(message);
    const key = slotKey(slot);
    const taken = this.#taken.get(key);
    if (!taken || taken.count <= waiting) return;
    this.#taken.delete(key);
    const next = waiting === 0 ? null : { ...taken, count: waiting };
    try {
      await this.#deps.stores.seats.change(slot, taken, next, 0);
    } catch (error) {
      // Whoever next finds too few frees them.
      this.#deps.log.warn('Seats could not be given back.', { error: String(error) });
    }
  }

  /** How many may wait, or be called, at once; null for any number. */
  async #cap(): Promise<number | null> {
    const { pipeline, gate, clock } = this.#deps;
    if (!pipeline.callback) return null;
    // The first call would have to wait for it too.
    if (!gate.isKnown(clock.now())) await gate.refresh();
    const { waiting, inFlight } = gate.limits(clock.now());
    if (!pipeline.callback.countsAsInFlight) return waiting;
    return Math.min(waiting ?? inFlight, inFlight);
  }

  #later(): number {
    const { pipeline, clock, random } = this.#deps;
    const part = (pipeline.callback?.withinHours ?? 0) * 3_600_000 * PART_OF_WAIT;
    const ms = Math.min(MOST_LATER_MS, Math.max(LEAST_LATER_MS, part));
    return Math.ceil(clock.now() + ms * (0.75 + random.next() / 2));
  }

  /** Holds all seats whose calls are over against their slots' registers. @returns whether any became free, or were changed meanwhile */
  async #freeLost(state: SeatState, own: string): Promise<boolean> {
    const { stores, clock } = this.#deps;
    const now = clock.now();
    if (now - state.countedAt < COUNT_EVERY_MS || !(await stores.seats.claimCount(state, now))) return false;
    const over = [...state.of].filter(([key, { until }]) => key !== own && until <= now);
    let freed = 0;
    for (let i = 0; i < over.length; i += AT_ONCE) {
      const counts = over.slice(i, i + AT_ONCE).map(async ([key, seats]) => {
        const slot = parseSlotKey(key);
        const block = await stores.blocks.read(slot.run, { ...slot.segment, block: slot.block });
        const count = stillWaiting(block, slot.slot).length;
        if (count >= seats.count) return;
        const isChanged = await stores.seats.change(slot, seats, count === 0 ? null : { ...seats, count }, 0);
        if (isChanged) freed += seats.count - count;
      });
      await Promise.all(counts);
    }
    return freed > 0;
  }
}

function slotOf(message: WorkMessage): SlotRef {
  const { run, ref } = blockOf(message);
  return { run, segment: { slice: ref.slice, segment: ref.segment }, block: ref.block, slot: message.slot };
}
