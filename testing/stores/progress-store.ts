import { NO_PROGRESS, type Progress, type ProgressStore } from '../../shared/ports/progress-store.ts';
import type { Meter } from '../meter.ts';

const ITEM_BYTES = 60;

/** Progress counters in memory. */
export class MemoryProgressStore implements ProgressStore {
  readonly #runs = new Map<string, Map<string, Progress & { at: number }>>();
  readonly #meter: Meter;

  constructor(meter: Meter) {
    this.#meter = meter;
  }

  async bump(run: string, shard: string, delta: Progress, now: number, _ttl: number): Promise<void> {
    const shards = this.#runs.get(run) ?? new Map<string, Progress & { at: number }>();
    const before = shards.get(shard) ?? { ...NO_PROGRESS, at: 0 };
    shards.set(shard, { ...sum(before, delta), at: Math.max(before.at, now) });
    this.#runs.set(run, shards);
    this.#meter.write('progress.bump', ITEM_BYTES, ITEM_BYTES);
  }

  async read(run: string): Promise<Progress & { at: number }> {
    const shards = [...(this.#runs.get(run)?.values() ?? [])];
    this.#meter.read('progress.read', shards.length * ITEM_BYTES, false);
    return { ...shards.reduce<Progress>(sum, NO_PROGRESS), at: Math.max(0, ...shards.map(({ at }) => at)) };
  }
}

const sum = (a: Progress, b: Progress): Progress => ({
  succeeded: a.succeeded + b.succeeded,
  failed: a.failed + b.failed,
  retried: a.retried + b.retried,
});
