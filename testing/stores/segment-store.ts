import type { BlockRef, SegmentRef } from '../../shared/domain/layout.ts';
import type { Frozen, SegmentRecord, SegmentStore } from '../../shared/ports/segment-store.ts';
import { type Meter, numberSetBytes } from '../meter.ts';
import { Copy } from './copy.ts';

interface SegmentItem {
  readonly done: Set<number>;
  size: number | null;
  frozen: Copy<Frozen> | null;
}

/** Segments in memory. */
export class MemorySegmentStore implements SegmentStore {
  readonly #segments = new Map<string, SegmentItem>();
  readonly #meter: Meter;

  constructor(meter: Meter) {
    this.#meter = meter;
  }

  async read(run: string, segment: SegmentRef): Promise<SegmentRecord> {
    const item = this.#segments.get(key(run, segment)) ?? empty();
    this.#meter.read('segments.read', bytesOf(item));
    return recordOf(item);
  }

  async addBlock(run: string, block: BlockRef, _ttl: number): Promise<SegmentRecord> {
    return this.#update('segments.addBlock', run, block, ({ done }) => done.add(block.block));
  }

  async setSize(run: string, segment: SegmentRef, size: number, _ttl: number): Promise<SegmentRecord> {
    return this.#update('segments.setSize', run, segment, (item) => {
      item.size = size;
    });
  }

  async freeze(run: string, segment: SegmentRef, frozen: Frozen): Promise<Frozen> {
    const mine = new Copy(frozen);
    this.#update('segments.freeze', run, segment, (item) => {
      item.frozen ??= mine;
    });
    return (this.#segments.get(key(run, segment))?.frozen ?? mine).value;
  }

  #update(name: string, run: string, segment: SegmentRef, change: (item: SegmentItem) => void): SegmentRecord {
    const item = this.#segments.get(key(run, segment)) ?? empty();
    const before = bytesOf(item);
    change(item);
    this.#segments.set(key(run, segment), item);
    this.#meter.write(name, before, bytesOf(item));
    return recordOf(item);
  }
}

const key = (run: string, { slice, segment }: SegmentRef) => `${run}/${slice}-${segment}`;
const empty = (): SegmentItem => ({ done: new Set(), size: null, frozen: null });
const bytesOf = ({ done, frozen }: SegmentItem) => numberSetBytes(done) + (frozen?.bytes ?? 0);
const recordOf = ({ done, size, frozen }: SegmentItem): SegmentRecord => ({
  done: new Set(done),
  size,
  frozen: frozen?.value ?? null,
});
