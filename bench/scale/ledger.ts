import { DYNAMODB } from '../../shared/domain/limits.ts';

/** Key, names and TTL of an item, about. */
const ITEM_OVERHEAD = 120;

/**
 * What a run's table is asked for: write units, item sizes, and the writes of each partition key by virtual second. Sizes are
 * those of what is stored, compressed as the real store does it, and the keys are the real store's.
 */
export class Ledger {
  writes = 0;
  writeUnits = 0;
  reads = 0;
  readUnits = 0;
  /** Largest item in bytes, and whose it was. */
  largest = { bytes: 0, key: '' };
  /** Most writes of one partition key within one virtual second, and whose they were. */
  busiest = { writes: 0, key: '' };
  readonly #now: () => number;
  readonly #second = new Map<string, number>();
  #at = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  write(key: string, bytes: number): void {
    const size = bytes + ITEM_OVERHEAD;
    this.writes += 1;
    this.writeUnits += Math.ceil(size / DYNAMODB.writeUnitBytes);
    if (size > this.largest.bytes) this.largest = { bytes: size, key };
    const second = Math.floor(this.#now() / 1_000);
    if (second !== this.#at) this.#second.clear();
    this.#at = second;
    const writes = (this.#second.get(key) ?? 0) + 1;
    this.#second.set(key, writes);
    if (writes > this.busiest.writes) this.busiest = { writes, key };
  }

  read(bytes: number): void {
    this.reads += 1;
    this.readUnits += Math.max(1, Math.ceil((bytes + ITEM_OVERHEAD) / DYNAMODB.readUnitBytes));
  }
}
