import { DYNAMODB } from '../shared/domain/limits.ts';

/**
 * What pages shrink to: the real store keeps them compressed. A guess on the safe side, as JSON of rows usually shrinks
 * to a fifth or less; a figure that matters is measured on the real adapter.
 */
export const COMPRESSED = 1 / 3;

/** Name, key and TTL of an item, about. */
const ITEM_OVERHEAD = 100;

/**
 * Counts requests and DynamoDB units, so that a simulated run can report them. Sizes are estimates: an item's JSON plus 100
 * bytes, number sets as DynamoDB counts them, pages at a third of their JSON. Requests and conditions are exact: a failed
 * condition bills, and an update bills the larger of the item before and after it.
 */
export class Meter {
  /** By `<port>.<method>`. */
  readonly requests = new Map<string, number>();
  writeUnits = 0;
  /** Of 4 KB, consistent; a read that may be stale costs half. */
  readUnits = 0;
  /** SQS requests as billed: each begun 64 KB of a sent batch counts as one. */
  queueUnits = 0;

  get totalRequests(): number {
    return [...this.requests.values()].reduce((sum, count) => sum + count, 0);
  }

  request(name: string, count = 1): void {
    this.requests.set(name, (this.requests.get(name) ?? 0) + count);
  }

  /** One write of an item that had `before` bytes (0: absent) and has `after`. */
  write(name: string, before: number, after: number): void {
    this.request(name);
    this.writeUnits += Math.max(1, Math.ceil((Math.max(before, after) + ITEM_OVERHEAD) / DYNAMODB.writeUnitBytes));
  }

  /** One read of so many bytes: an item, or a query's items together. */
  read(name: string, bytes: number, consistent = true): void {
    this.request(name);
    const units = Math.max(1, Math.ceil((bytes + ITEM_OVERHEAD) / DYNAMODB.readUnitBytes));
    this.readUnits += consistent ? units : units / 2;
  }
}

/** Bytes of a number set: a byte each for two digits, and one more. */
export function numberSetBytes(set: ReadonlySet<number>): number {
  let bytes = 3;
  for (const n of set) bytes += Math.ceil(String(n).length / 2) + 1;
  return bytes;
}
