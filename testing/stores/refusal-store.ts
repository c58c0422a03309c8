import type { Refusal, RefusalStore } from '../../shared/ports/refusal-store.ts';
import type { Meter } from '../meter.ts';
import { Copy } from './copy.ts';

/** Refused messages in memory. */
export class MemoryRefusalStore implements RefusalStore {
  readonly #refusals = new Map<string, Copy<Refusal>>();
  readonly #meter: Meter;

  constructor(meter: Meter) {
    this.#meter = meter;
  }

  async record(refusal: Refusal): Promise<void> {
    const copy = new Copy(refusal);
    this.#refusals.set(refusal.messageId, copy);
    this.#meter.write('refusals.record', copy.bytes, copy.bytes);
  }

  async list(limit: number): Promise<Refusal[]> {
    const refusals = [...this.#refusals.values()].slice(0, limit);
    this.#meter.read(
      'refusals.list',
      refusals.reduce((sum, { bytes }) => sum + bytes, 0),
      false,
    );
    return refusals.map(({ value }) => value);
  }
}
