import { gzipSync } from 'node:zlib';
import { isPointer } from '../../shared/domain/held.ts';
import type { Json } from '../../shared/domain/json.ts';
import type { Row } from '../../shared/domain/row.ts';
import { addCounts, NO_COUNTS } from '../../shared/domain/run.ts';
import { release } from '../../shared/flow/hold.ts';
import { type HeldRow, type PartIndex, packRows, partKeys } from '../../shared/flow/part.ts';
import type { Frozen } from '../../shared/ports/segment-store.ts';
import { csvRows } from '../../shared/report/csv.ts';
import type { AggregatorDeps } from './deps.ts';
import { countsOf, reasonsOf } from './rows.ts';

/** Builds a part block by block, and writes its objects under a key of its own. Holds one segment, compressed. */
export class PartWriter {
  readonly #deps: AggregatorDeps;
  readonly #accumulator;
  readonly #rows: Uint8Array[] = [];
  readonly #csv: Uint8Array[] = [];
  readonly #offsets = [0];
  readonly #csvOffsets = [0];
  readonly #reasons: Record<string, number> = {};
  #counts = NO_COUNTS;

  constructor(deps: AggregatorDeps) {
    this.#deps = deps;
    this.#accumulator = deps.pipeline.reduce.start();
  }

  /** Statistics that hold for blocks of this part already. */
  mergeStatistics(statistics: Json): void {
    this.#accumulator.merge(statistics);
  }

  /** A block's rows; those of `measured` enter the statistics. */
  async add(rows: readonly HeldRow[], measured: ReadonlySet<HeldRow> | 'all' = 'all'): Promise<void> {
    const { reduce } = this.#deps.pipeline;
    const whole: Row[] = [];
    let csv = '';
    for (const row of rows) {
      const large = isPointer(row.item) || isPointer(row.result);
      const full = large ? await this.#release(row) : row;
      if (measured === 'all' || measured.has(row)) this.#accumulator.add(full);
      if (row.status !== 'SUCCEEDED' && this.#deps.pipeline.report.failedRows === 'omit') continue;
      // What is large becomes cells at once: a block of them whole could be hundreds of megabytes.
      if (large) csv += csvRows(reduce, whole.splice(0)) + csvRows(reduce, [full]);
      else whole.push(full);
    }
    csv += csvRows(reduce, whole);
    this.copy(rows, packRows(rows), gzipSync(csv));
  }

  /** A block whose members are known. */
  copy(rows: readonly HeldRow[], packed: Uint8Array, csv: Uint8Array): void {
    this.#rows.push(packed);
    this.#csv.push(csv);
    this.#offsets.push((this.#offsets.at(-1) ?? 0) + packed.length);
    this.#csvOffsets.push((this.#csvOffsets.at(-1) ?? 0) + csv.length);
    this.#counts = addCounts(this.#counts, countsOf(rows));
    for (const [reason, count] of Object.entries(reasonsOf(rows))) {
      this.#reasons[reason] = (this.#reasons[reason] ?? 0) + count;
    }
  }

  async write(part: string): Promise<Frozen> {
    const { objects } = this.#deps;
    const keys = partKeys(part);
    const index: PartIndex = {
      offsets: this.#offsets,
      csvOffsets: this.#csvOffsets,
      statistics: this.#accumulator.toJSON(),
    };
    await Promise.all([
      objects.put(keys.rows, Buffer.concat(this.#rows), 'application/gzip'),
      objects.put(keys.csv, Buffer.concat(this.#csv), 'application/gzip'),
      objects.put(keys.index, JSON.stringify(index), 'application/json'),
    ]);
    return { part, counts: this.#counts, reasons: this.#reasons };
  }

  async #release(row: HeldRow): Promise<Row> {
    const { objects } = this.#deps;
    return { ...row, item: await release(objects, row.item), result: await release(objects, row.result) };
  }
}
