import type { SweepState, SweepStore } from '../../shared/ports/sweep-store.ts';
import type { Meter } from '../meter.ts';
import { Copy } from './copy.ts';

/** The sweeper's memory, in memory. */
export class MemorySweepStore implements SweepStore {
  readonly #runs = new Map<string, Copy<SweepState>>();
  readonly #meter: Meter;

  constructor(meter: Meter) {
    this.#meter = meter;
  }

  async read(run: string): Promise<SweepState | null> {
    const state = this.#runs.get(run);
    this.#meter.read('sweeps.read', state?.bytes ?? 0);
    return state?.value ?? null;
  }

  async write(run: string, state: SweepState, _ttl: number): Promise<void> {
    const copy = new Copy(state);
    this.#meter.write('sweeps.write', this.#runs.get(run)?.bytes ?? 0, copy.bytes);
    this.#runs.set(run, copy);
  }
}
