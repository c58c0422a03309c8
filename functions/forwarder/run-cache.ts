import type { Clock } from '../../shared/ports/clock.ts';
import type { RunRecord, RunStore } from '../../shared/ports/run-store.ts';

/** A cancelled run's calls must end within five seconds, fleet-wide. */
const FRESH_MS = 3_000;
/** From then on it is read anew beside the calls: all that waited for the reading would begin at one moment, whatever the rate. */
const RENEWED_MS = 2_000;

interface Known {
  readonly at: number;
  readonly run: Promise<RunRecord | null>;
  /** What that gave. */
  record?: RunRecord | null;
}

/**
 * RUN, read consistently about every two seconds per environment: a message's own read of it would double its reads.
 * Good for deciding to call; a message is deleted only by what `readNow` gives.
 */
export class RunCache {
  readonly #store: RunStore;
  readonly #clock: Clock;
  readonly #renewing = new Set<string>();
  readonly #known = new Map<string, Known>();

  constructor(store: RunStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  read(run: string): Promise<RunRecord | null> {
    const known = this.#known.get(run);
    const age = known ? this.#clock.now() - known.at : Number.POSITIVE_INFINITY;
    if (!known || age >= FRESH_MS) return this.readNow(run);
    if (age >= RENEWED_MS) this.#renew(run);
    return known.run;
  }

  /** As it was read within the last moments, null for a run that isn't there; undefined where {@link read} must be asked. */
  fresh(run: string): RunRecord | null | undefined {
    const known = this.#known.get(run);
    return known && this.#clock.now() - known.at < RENEWED_MS ? known.record : undefined;
  }

  #renew(run: string): void {
    if (this.#renewing.has(run)) return;
    this.#renewing.add(run);
    const at = this.#clock.now();
    this.#store
      .read(run)
      .then((read) => {
        const known = this.#known.get(run);
        if (!known || known.at < at) this.#known.set(run, { at, run: Promise.resolve(read), record: read });
      })
      // Whoever finds it too old waits for a reading of his own, and hears of it.
      .catch(() => undefined)
      .finally(() => this.#renewing.delete(run));
  }

  /** As it was read last, however long ago; null where it never was. */
  async known(run: string): Promise<RunRecord | null> {
    return (await this.#known.get(run)?.run) ?? null;
  }

  readNow(run: string): Promise<RunRecord | null> {
    // An environment lives for hours and sees many runs: it remembers few.
    if (this.#known.size > 100) this.#known.clear();
    const reading = this.#store.read(run);
    const known: Known = { at: this.#clock.now(), run: reading };
    this.#known.set(run, known);
    reading.then(
      (record) => {
        known.record = record;
      },
      // A failed read must not be remembered.
      () => this.#known.delete(run),
    );
    return reading;
  }
}
