import type { Cell } from '../author/columns.ts';
import { CellsError, kindOf } from '../domain/errors.ts';
import { isPointer } from '../domain/held.ts';
import type { Json } from '../domain/json.ts';
import type { Row } from '../domain/row.ts';
import { addCounts, type Counts, NO_COUNTS } from '../domain/run.ts';
import type { Deps } from '../ports/deps.ts';
import { csvCells, csvLines, emptyCells } from './csv.ts';
import { compress, type HeldRow, type PartIndex, packRows } from './part.ts';
import { release } from './spill.ts';
import { countsOf, reasonsOf } from './tally.ts';

/** Rows whose large values are fetched at once. */
const READ_AHEAD = 8;

/** Reasons of rows that a reduce refused. */
const REFUSALS: ReadonlySet<string> = new Set(['reduce-failed', 'cells-not-made']);

/** A part on its way to storage. */
export interface PartContent {
  /** Members, a block each, compressed. */
  readonly rows: readonly Uint8Array[];
  readonly csv: readonly Uint8Array[];
  readonly index: PartIndex;
  readonly counts: Counts;
  readonly reasons: Readonly<Record<string, number>>;
}

/** Gathers a part block by block. Holds one segment, compressed. */
export class PartDraft {
  readonly #deps: Pick<Deps, 'pipeline' | 'objects' | 'log'>;
  readonly #accumulator;
  readonly #rows: Uint8Array[] = [];
  readonly #csv: Uint8Array[] = [];
  readonly #offsets = [0];
  readonly #csvOffsets = [0];
  readonly #reasons: Record<string, number> = {};
  #counts = NO_COUNTS;

  constructor(deps: Pick<Deps, 'pipeline' | 'objects' | 'log'>) {
    this.#deps = deps;
    this.#accumulator = deps.pipeline.reduce.start();
  }

  /** Statistics that hold for blocks of this part already. */
  mergeStatistics(statistics: Json): void {
    this.#accumulator.merge(statistics);
  }

  statistics(): Json {
    return this.#accumulator.toJSON();
  }

  /** A block's rows; those of `measured` that succeeded enter the statistics. Gives the block's piece of the CSV. */
  async add(rows: readonly HeldRow[], measured: ReadonlySet<HeldRow> | 'all' = 'all'): Promise<Uint8Array> {
    const kept: HeldRow[] = [];
    let csv = '';
    // What is large becomes cells at once: a block of them whole could be hundreds of megabytes.
    const fetches = rows.some(isLarge);
    const step = fetches ? READ_AHEAD : rows.length;
    for (let i = 0; i < rows.length; i += step) {
      const some = rows.slice(i, i + step);
      const whole = fetches ? await Promise.all(some.map((row) => this.#release(row))) : some;
      const lines: Cell[][] = [];
      for (const [j, full] of whole.entries()) {
        const row = some[j];
        if (!row) continue;
        const reduced = this.#reduce(row, full, measured === 'all' || measured.has(row));
        kept.push(reduced.row);
        if (reduced.cells) lines.push(reduced.cells);
      }
      csv += csvLines(lines);
    }
    const [packed, piece] = await Promise.all([packRows(kept), compress(csv)]);
    this.copy(kept, packed, piece);
    return piece;
  }

  /**
   * A row's cells, null where the report leaves it out, and its place in the statistics. Where the user's reduce throws on it, it
   * fails with that as its reason: one row must not keep its segment, and with it the run, from ever finishing. A row that had
   * failed already keeps its own reason.
   */
  #reduce(row: HeldRow, full: Row, measured: boolean): { row: HeldRow; cells: Cell[] | null } {
    const { reduce, report } = this.#deps.pipeline;
    const isShown = (of: HeldRow) => of.status === 'SUCCEEDED' || report.failedRows !== 'omit';
    const empty = (of: HeldRow) => ({ row: of, cells: isShown(of) ? emptyCells(reduce, of) : null });
    // Refused once, it stays so when its part is made again for a redrive.
    if (REFUSALS.has(full.reason ?? '')) return empty(row);
    try {
      const cells = isShown(row) ? csvCells(reduce, full) : null;
      // What failed may be redriven: its new row comes to these statistics, and nothing could take the old one out of them.
      if (measured && full.status === 'SUCCEEDED') this.#accumulator.add(full);
      return { row, cells };
    } catch (error) {
      const isOurs = error instanceof CellsError;
      this.#deps.log.error('The reduce failed on a row.', {
        child: row.id,
        error: isOurs ? error.message : kindOf(error),
      });
      if (row.status !== 'SUCCEEDED') return empty(row);
      return empty({ ...row, status: 'FAILED', reason: isOurs ? error.code : 'reduce-failed', result: null });
    }
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

  /** All that was added. */
  content(): PartContent {
    const statistics = this.#accumulator.toJSON();
    return {
      rows: this.#rows,
      csv: this.#csv,
      index: { version: 1, offsets: this.#offsets, csvOffsets: this.#csvOffsets, statistics },
      counts: this.#counts,
      reasons: this.#reasons,
    };
  }

  /** The row with its large values fetched. */
  async #release(row: HeldRow): Promise<Row> {
    const { objects } = this.#deps;
    const [item, result] = await Promise.all([release(objects, row.item), release(objects, row.result)]);
    return { ...row, item, result };
  }
}

/** Whether a value of the row is an object of its own. */
function isLarge({ item, result }: HeldRow): boolean {
  return isPointer(item) || isPointer(result);
}
