/** Callers that are remembered; the one that asked longest ago is forgotten first. */
const MOST_CALLERS = 10_000;

export interface CallerRate {
  readonly perSecond: number;
  /** Requests that may come at once after a pause. */
  readonly burst: number;
}

/** Holds each caller to a rate, in this process: a fleet lets through so many times as much as it has environments. */
export class RatePerCaller {
  readonly #rate: CallerRate;
  readonly #now: () => number;
  /** When a caller has its whole burst again, epoch milliseconds; in the order of asking. */
  readonly #full = new Map<string, number>();

  constructor(rate: CallerRate, now: () => number) {
    this.#rate = rate;
    this.#now = now;
  }

  /** Takes one request of a caller's; gives the seconds after which it may ask again, 0 where it may now. */
  take(caller: string): number {
    const now = this.#now();
    const { perSecond, burst } = this.#rate;
    const eachMs = 1_000 / perSecond;
    const full = Math.max(now, this.#full.get(caller) ?? now) + eachMs;
    const lateMs = full - now - burst * eachMs;
    if (lateMs > 0) return Math.ceil(lateMs / 1_000);
    this.#full.delete(caller);
    this.#full.set(caller, full);
    const [oldest] = this.#full.keys();
    if (this.#full.size > MOST_CALLERS && oldest !== undefined) this.#full.delete(oldest);
    return 0;
  }
}
