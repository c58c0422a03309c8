import type { Clock } from '../../shared/ports/clock.ts';
import type { RunRecord, RunStore } from '../../shared/ports/run-store.ts';

/** A cancelled run's calls must end within five seconds, fleet-wide. */
const FRESH_MS = 2_000;

/**
 * RUN, read consistently at most every two seconds per environment: a message's own read of it would double its reads.
 * Good for deciding to call; a message is deleted only by what `readNow` gives.
 */
export class RunCache {
  readonly #store: RunStore;
  readonly #clock: Clock;
  readonly #known = new Map<string, { at: number; run: Promise<RunRecord | null> }>();

  constructor(store: RunStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  read(run: string): Promise<RunRecord | null> {
    const known = this.#known.get(run);
    if (known && this.#clock.now() - known.at < FRESH_MS) return known.run;
    return this.readNow(run);
  }

  /** As it was read last, however long ago; null where it never was. */
  async known(run: string): Promise<RunRecord | null> {
    return (await this.#known.get(run)?.run) ?? null;
  }

  readNow(run: string): Promise<RunRecord | null> {
    // An environment lives for hours and sees many runs: it remembers few.
    if (this.#known.size > 100) this.#known.clear();
    const reading = this.#store.read(run);
    this.#known.set(run, { at: this.#clock.now(), run: reading });
    // A failed read must not be remembered.
    reading.catch(() => this.#known.delete(run));
    return reading;
  }
}
