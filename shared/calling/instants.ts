import { floorOf, instantsBefore, isLost, purchaseSize, type Rate, spacingMs } from '../domain/gate/rate.ts';
import type { Clock } from '../ports/clock.ts';
import type { GateStore } from '../ports/gate-store.ts';

/** No instant is bought that lies further ahead: whoever waits for longer waits in the queue. */
const REACH_MS = 15_000;
/** Instants are bought this long before they are needed. */
const EARLY_MS = 250;
/** Purchases that others got ahead of, in a row. */
const TRIES = 10;

/** The rate that instants are bought at. */
export interface Tariff {
  readonly rate: Rate;
  /** Of the limits by hand that gave it. */
  readonly revision: number;
  readonly forwarders: number;
  readonly shutUntil: number;
}

/** Instants that one forwarder has bought of its budget: a call begins at one. */
export class Instants {
  readonly #store: GateStore;
  readonly #clock: Clock;
  #bought: number[] = [];
  #of: Rate | null = null;
  #buying: Promise<void> | null = null;
  /** The budget's next free instant, as last seen. */
  #next = 0;

  constructor(store: GateStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /**
   * When the next call may begin, or the purchase that has to end first.
   * @param waiting calls that wait for an instant
   * @param outdated the limits by hand are others than known
   */
  next(tariff: Tariff, waiting: number, outdated: () => Promise<void>): number | Promise<void> {
    const { rate, shutUntil } = tariff;
    const now = this.#clock.now();
    if (rate.perSecond !== this.#of?.perSecond) this.#bought = [];
    this.#of = rate;
    while (this.#bought[0] !== undefined && (isLost(this.#bought[0], rate, now) || this.#bought[0] < shutUntil))
      this.#bought.shift();
    const [first] = this.#bought;
    if (first === undefined) {
      // Others have bought all that is within reach.
      if (this.#next > now + REACH_MS) return this.#next;
      return this.#buy(tariff, outdated);
    }
    const last = this.#bought.at(-1) ?? 0;
    if (waiting > this.#bought.length && last < now + EARLY_MS && this.#buying === null)
      this.#buy(tariff, outdated).catch(() => undefined);
    return first;
  }

  /** The call that waited for the first instant begins. */
  use(): void {
    this.#bought.shift();
  }

  #buy(tariff: Tariff, outdated: () => Promise<void>): Promise<void> {
    this.#buying ??= this.#purchase(tariff, outdated).finally(() => {
      this.#buying = null;
    });
    return this.#buying;
  }

  async #purchase({ rate, revision, forwarders, shutUntil }: Tariff, outdated: () => Promise<void>): Promise<void> {
    const count = purchaseSize(rate, forwarders);
    for (let tries = 0; tries < TRIES; tries++) {
      const now = this.#clock.now();
      const floor = floorOf(rate, shutUntil, now);
      const from = this.#next >= floor ? 'next' : 'floor';
      const latest = now + REACH_MS;
      const bought = await this.#store.buy({ ms: count * spacingMs(rate), floor, from, latest, rate, revision });
      if (bought) {
        this.#next = bought.next;
        if (this.#of?.perSecond === rate.perSecond) this.#bought.push(...instantsBefore(bought.next, count, rate));
        return;
      }
      const read = await this.#store.readBudget();
      this.#next = read.next;
      if (read.revision > revision) return outdated();
      if (read.perSecond === rate.perSecond && read.revision === revision) {
        if (read.next >= latest) return;
        continue;
      }
      const next = Math.min(read.next, this.#clock.now() + 1_000);
      await this.#store.changeRate(read, { next, perSecond: rate.perSecond, revision });
      this.#next = next;
    }
  }
}
