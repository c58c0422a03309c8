// As imports: a test that fakes the timers of its program must not stop these.
import { setImmediate, setTimeout } from 'node:timers';
import type { Clock } from '../shared/ports/clock.ts';
import { SeededRandom } from './seeded-random.ts';
import { TimerHeap } from './timer-heap.ts';

/** Longest real wait for held work that makes no progress, milliseconds: it may itself be waiting for virtual time. */
const HOLD_MS = 50;

/** Work that takes longer than this is none, but a promise that nobody will keep. */
const BUSY_MS = 60_000;

/** What was begun in real time didn't end. */
export class StuckError extends Error {
  override readonly name = 'StuckError';
}

export interface RunOptions {
  /** Asked before each task; true ends the run. */
  readonly until?: () => boolean;
  /** Virtual time that is not passed, epoch milliseconds. */
  readonly limit?: number;
}

/** Why {@link VirtualClock.run} came back: the condition held, nothing is left to happen, or only behind the limit. */
export type RunEnd = 'met' | 'idle' | 'limit';

/**
 * Virtual time. Tasks run one at a time, in the order of their times; those of the same time in a seeded order. Time moves
 * only when everything that a task set off (microtasks, immediates) has come to rest, so that a run is a function of
 * its seed.
 */
export class VirtualClock implements Clock {
  readonly #timers = new TimerHeap();
  readonly #random: SeededRandom;
  #now: number;
  #held = 0;
  #running = false;
  /** While it says so, time stands still: somebody is at real work. {@link MemoryHost} knows of its invocations. */
  isBusy: () => boolean = () => false;
  /** Ends when something may have changed in that. Work in other processes goes on faster where nobody asks all the time. */
  untilNews: () => Promise<unknown> = async () => {};
  /** Real milliseconds that it is waited for at one time. */
  busyMs = BUSY_MS;

  constructor({ start = Date.UTC(2026, 0, 1), seed = 1 }: { readonly start?: number; readonly seed?: number } = {}) {
    this.#now = start;
    this.#random = new SeededRandom(seed);
  }

  now(): number {
    return this.#now;
  }

  /** Runs `task` at `time`, or next where that is past. The returned function takes it back. */
  at(time: number, task: () => void): () => void {
    return this.#timers.add(Math.max(time, this.#now), this.#random.next(), task);
  }

  after(ms: number, task: () => void): () => void {
    return this.at(this.#now + ms, task);
  }

  /** 0 lets others run first: the place where two that run at once change turns. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.after(ms, resolve);
    });
  }

  /** Keeps time from moving while real work (a thread pool, a socket) is under way. */
  async hold<T>(work: Promise<T>): Promise<T> {
    this.#held += 1;
    try {
      return await work;
    } finally {
      this.#held -= 1;
    }
  }

  /** Runs tasks until there are none, `until` holds or the next one lies behind `limit`. */
  async run({ until = () => false, limit = Number.POSITIVE_INFINITY }: RunOptions = {}): Promise<RunEnd> {
    if (this.#running) throw new Error('The clock is running already: one run() or advance() at a time.');
    this.#running = true;
    try {
      while (true) {
        await this.#rest();
        if (until()) return 'met';
        const next = this.#timers.peek();
        if (!next) return 'idle';
        if (next.time > limit) return 'limit';
        this.#timers.pop();
        this.#now = Math.max(this.#now, next.time);
        next.task();
      }
    } finally {
      this.#running = false;
    }
  }

  /** Lets so much time pass, and runs what falls into it. */
  async advance(ms: number): Promise<void> {
    const target = this.#now + ms;
    await this.run({ limit: target });
    this.#now = Math.max(this.#now, target);
  }

  async #rest(): Promise<void> {
    // Twice: an immediate set by a microtask stands behind the first.
    await immediate();
    await immediate();
    const since = performance.now();
    while (this.isBusy()) {
      await this.untilNews();
      // An immediate lets finished threads and sockets have their say.
      await immediate();
      if (performance.now() - since > this.busyMs)
        throw new StuckError(`Work outside virtual time has not ended in ${this.busyMs / 1_000} s.`);
    }
    for (let waited = 0; this.#held > 0 && waited < HOLD_MS && !this.#isDue(); waited++) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  #isDue(): boolean {
    const next = this.#timers.peek();
    return next !== undefined && next.time <= this.#now;
  }
}

const immediate = () => new Promise<void>((resolve) => setImmediate(resolve));
