import type { Clock } from '../ports/clock.ts';
import { NO_PROGRESS, type Progress, type ProgressStore } from '../ports/progress-store.ts';

const EVERY_MS = 1_000;

/**
 * Gathers a forwarder's counts and writes them at most once a second. They are for displays alone: what dies with the
 * process is missed by a progress bar and by nothing else.
 */
export class ProgressMeter {
  readonly #store: ProgressStore;
  readonly #clock: Clock;
  readonly #shard: string;
  readonly #pending = new Map<string, { delta: Progress; ttl: number }>();
  #lastFlush = 0;

  constructor(store: ProgressStore, clock: Clock, shard: string) {
    this.#store = store;
    this.#clock = clock;
    this.#shard = shard;
  }

  add(run: string, ttl: number, delta: Partial<Progress>): void {
    const { succeeded, failed, retried, waiting = 0, ...known } = this.#pending.get(run)?.delta ?? NO_PROGRESS;
    const retriedFor = delta.retriedFor ?? known.retriedFor;
    const calledMs = (known.calledMs ?? 0) + (delta.calledMs ?? 0);
    const pressed = (known.pressed ?? 0) + (delta.pressed ?? 0);
    this.#pending.set(run, {
      ttl,
      delta: {
        succeeded: succeeded + (delta.succeeded ?? 0),
        failed: failed + (delta.failed ?? 0),
        retried: retried + (delta.retried ?? 0),
        ...(retriedFor !== undefined && { retriedFor }),
        waiting: waiting + (delta.waiting ?? 0),
        ...(calledMs > 0 && { calledMs }),
        ...(pressed > 0 && { pressed }),
      },
    });
  }

  /** Writes what is due; a failure only delays the display. */
  async flush(): Promise<void> {
    const now = this.#clock.now();
    if (this.#pending.size === 0 || now - this.#lastFlush < EVERY_MS) return;
    this.#lastFlush = now;
    const pending = [...this.#pending];
    this.#pending.clear();
    await Promise.allSettled(
      pending.map(([run, { delta, ttl }]) => this.#store.bump(run, this.#shard, delta, now, ttl)),
    );
  }
}
