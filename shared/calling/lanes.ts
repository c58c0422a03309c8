import type { Gate } from '../calling/gate.ts';
import type { Clock, Random } from '../ports/clock.ts';

/** Whoever has to wait for longer waits in the queue. */
const PATIENCE_MS = 20_000;
/** While the cap holds calls back, it is looked at this often: it grows by the clock. */
const LOOK_MS = 50;
/** While calls wait for one of the invocation's own to end, which asks by itself. */
const LOOK_SELDOM_MS = 1_000;

interface Waiting {
  go(due: number | null): void;
  fail(error: unknown): void;
}

/** What becomes of the first that waits. */
type Next =
  | { readonly do: 'begin' }
  | { readonly do: 'hand-back'; readonly due: number }
  | { readonly do: 'look'; readonly ms: number }
  | { readonly do: 'ask'; readonly work: Promise<void> };

/** Calls that one invocation keeps open, as many as the gate lets it. Those that wait get their turns in the order they came. */
export class Lanes {
  readonly #gate: Gate;
  readonly #clock: Clock;
  readonly #random: Random;
  /** No call begins after: it could not end in the invocation. */
  readonly #lastStart: number;
  readonly #waiting: Waiting[] = [];
  #busy = 0;
  #granted: number;
  #isWaitingFor = false;
  #stopTimer: (() => void) | null = null;

  constructor(gate: Gate, { clock, random }: { readonly clock: Clock; readonly random: Random }, lastStart: number) {
    this.#gate = gate;
    this.#clock = clock;
    this.#random = random;
    this.#lastStart = lastStart;
    this.#granted = clock.now();
  }

  /**
   * Takes a lane for one call: null once it may begin. Otherwise when it is due (epoch milliseconds, 0 is at once): it would have to wait
   * for too long here, and took no lane.
   * @throws what the table does, where nothing is known of the endpoint
   */
  enter(): null | Promise<number | null> {
    if (this.#waiting.length === 0 && this.#isFree()) {
      this.#busy += 1;
      return null;
    }
    return new Promise<number | null>((go, fail) => {
      this.#waiting.push({ go, fail });
      if (this.#waiting.length === 1) this.#admit();
    });
  }

  /** Gives the lane back. */
  leave(): void {
    this.#busy -= 1;
    if (this.#waiting.length > 0) this.#admit();
  }

  /** After pressure that named no time: keeps the lane for half to one and a half call times, so that its next call isn't in vain too. */
  pause(): Promise<void> {
    return new Promise((resolve) => {
      this.#clock.after(Math.ceil(this.#gate.callMs * (0.5 + this.#random.next())), resolve, 'wait');
    });
  }

  /** The short way, while nothing is set and nothing holds calls back. */
  #isFree(): boolean {
    const now = this.#clock.now();
    return (
      this.#gate.isKnown(now) &&
      this.#gate.opensAt(now) <= now &&
      this.#gate.limits(now).rate === null &&
      this.#busy < this.#gate.lanes(now)
    );
  }

  /** Lets in all that may begin now; for the others, sees to it that it is asked again. */
  #admit(): void {
    this.#stopTimer?.();
    this.#stopTimer = null;
    while (this.#waiting.length > 0) {
      const next = this.#next(this.#clock.now());
      if (next.do !== 'begin') {
        if (next.do === 'hand-back') for (const { go } of this.#waiting.splice(0)) go(next.due);
        if (next.do === 'look') this.#stopTimer = this.#clock.after(next.ms, () => this.#admit(), 'wait');
        if (next.do === 'ask') this.#after(next.work);
        return;
      }
      this.#busy += 1;
      this.#granted = this.#clock.now();
      this.#waiting.shift()?.go(null);
    }
  }

  #next(now: number): Next {
    if (now > this.#lastStart) return { do: 'hand-back', due: 0 };
    if (!this.#gate.isKnown(now)) return { do: 'ask', work: this.#gate.refresh() };
    const opensAt = this.#gate.opensAt(now);
    if (opensAt > now) return this.#until(opensAt, now);
    if (this.#busy >= this.#gate.lanes(now)) {
      // With calls of its own open it waits for these, or for the cap.
      if (this.#busy > 0 && !this.#gate.isHeldBack(now)) return { do: 'look', ms: LOOK_SELDOM_MS };
      if (this.#busy > 0 || now - this.#granted < PATIENCE_MS) return { do: 'look', ms: LOOK_MS };
      return { do: 'hand-back', due: Math.ceil(now + PATIENCE_MS * (0.5 + this.#random.next())) };
    }
    const { rate, revision } = this.#gate.limits(now);
    if (rate === null) return { do: 'begin' };
    const tariff = { rate, revision, forwarders: this.#gate.forwarders, shutUntil: this.#gate.shutUntil };
    const instant = this.#gate.instants.next(tariff, this.#waiting.length, () => this.#gate.refresh());
    if (typeof instant !== 'number') return { do: 'ask', work: instant };
    if (instant > now) return this.#until(instant, now);
    this.#gate.instants.use();
    return { do: 'begin' };
  }

  #until(time: number, now: number): Next {
    if (time - now >= PATIENCE_MS || time > this.#lastStart) return { do: 'hand-back', due: Math.ceil(time) };
    // The endpoint may be opened by hand meanwhile, or its rate changed.
    return { do: 'look', ms: Math.min(LOOK_SELDOM_MS, Math.max(1, Math.ceil(time - now))) };
  }

  /** Asks again once something has been read or bought; where that fails, so do all that wait for it. */
  #after(work: Promise<void>): void {
    if (this.#isWaitingFor) return;
    this.#isWaitingFor = true;
    work
      .then(
        () => null,
        (error: unknown) => ({ error }),
      )
      .then((failed) => {
        this.#isWaitingFor = false;
        if (failed) for (const { fail } of this.#waiting.splice(0)) fail(failed.error);
        else this.#admit();
      });
  }
}
