import type { Cell } from '../author/columns.ts';
import { CellsError, kindOf } from '../domain/errors.ts';
import { isPointer } from '../domain/held.ts';
import type { Json } from '../domain/json.ts';
import type { Row } from '../domain/row.ts';
import type { Deps } from '../ports/deps.ts';
import { csvCells, csvLines, emptyCells } from './csv.ts';
import type { HeldRow } from './part.ts';
import { release } from './spill.ts';

/** Rows whose large values are fetched at once. */
const READ_AHEAD = 8;

/** Reasons of rows that a reduce refused. */
const REFUSALS: ReadonlySet<string> = new Set(['reduce-failed', 'cells-not-made']);

export interface ReduceOptions {
  /** Of the rows that succeeded, those that enter the statistics. */
  readonly measured?: ReadonlySet<HeldRow> | 'all';
  /**
   * What becomes of a row that the user's reduce throws on. It `fails`, with that as its reason: one row must not keep its
   * segment, and with it the run, from ever finishing. (One that had failed already keeps its own reason.) Where it is frozen
   * already it `stays` as it is, with empty cells.
   */
  readonly refused?: 'fails' | 'stays';
}

/** Reduces rows block by block: to their lines of report.csv, and to statistics over all of them. */
export class RowReducer {
  readonly #deps: Pick<Deps, 'pipeline' | 'objects' | 'log'>;
  readonly #accumulator;

  constructor(deps: Pick<Deps, 'pipeline' | 'objects' | 'log'>) {
    this.#deps = deps;
    this.#accumulator = deps.pipeline.reduce.start();
  }

  /** Adds what another reducer of the same reduce came to. */
  mergeStatistics(statistics: Json): void {
    this.#accumulator.merge(statistics);
  }

  statistics(): Json {
    return this.#accumulator.toJSON();
  }

  /** A block's rows, as they are stored, and their lines. */
  async reduce(
    rows: readonly HeldRow[],
    { measured = 'all', refused = 'fails' }: ReduceOptions = {},
  ): Promise<{ readonly rows: HeldRow[]; readonly csv: string }> {
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
        const reduced = this.#reduce(row, full, measured === 'all' || measured.has(row), refused);
        kept.push(reduced.row);
        if (reduced.cells) lines.push(reduced.cells);
      }
      csv += csvLines(lines);
    }
    return { rows: kept, csv };
  }

  /** A row as it is stored, and its cells, null where the report leaves it out; its place in the statistics. */
  #reduce(
    row: HeldRow,
    full: Row,
    measured: boolean,
    refused: 'fails' | 'stays',
  ): { row: HeldRow; cells: Cell[] | null } {
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
      if (row.status !== 'SUCCEEDED' || refused === 'stays') return empty(row);
      return empty({ ...row, status: 'FAILED', reason: isOurs ? error.code : 'reduce-failed', result: null });
    }
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
