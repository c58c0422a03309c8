import { DYNAMODB } from '../shared/domain/limits.ts';

/**
 * Counts what AWS would bill, so that a simulated run can report it: requests, SQS and DynamoDB units, and what a table is
 * sized by, its largest item and its busiest partition key.
 */
export class Meter {
  /** By `table.put`, `objects.get`, `queue.<name>.send` and the like. */
  readonly requests = new Map<string, number>();
  writes = 0;
  writeUnits = 0;
  /** Of 4 KB, consistent; a read that may be stale costs half. */
  readUnits = 0;
  /** SQS requests as billed: each begun 64 KB of a sent batch counts as one. */
  queueUnits = 0;
  /** Bytes of the largest item written. */
  largest = { bytes: 0, key: '' };
  /** Most writes of one partition key within one second. */
  busiest = { writes: 0, key: '' };
  readonly #now: () => number;
  #second = 0;
  readonly #writesOfSecond = new Map<string, number>();

  /** @param now the time that seconds are told by, epoch milliseconds */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  request(name: string, count = 1): void {
    this.requests.set(name, (this.requests.get(name) ?? 0) + count);
  }

  /** One write of an item, of the larger of its sizes before and after. */
  write(name: string, key: string, bytes: number): void {
    this.request(name);
    this.writes += 1;
    this.writeUnits += Math.max(1, Math.ceil(bytes / DYNAMODB.writeUnitBytes));
    if (bytes > this.largest.bytes) this.largest = { bytes, key };
    const second = Math.floor(this.#now() / 1_000);
    if (second !== this.#second) this.#writesOfSecond.clear();
    this.#second = second;
    const writes = (this.#writesOfSecond.get(key) ?? 0) + 1;
    this.#writesOfSecond.set(key, writes);
    if (writes > this.busiest.writes) this.busiest = { writes, key };
  }

  /** One read of so many bytes: an item, or a query's items together. */
  read(name: string, bytes: number, consistent = true): void {
    this.request(name);
    const units = Math.max(1, Math.ceil(bytes / DYNAMODB.readUnitBytes));
    this.readUnits += consistent ? units : units / 2;
  }
}
