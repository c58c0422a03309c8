import type { Cell } from '../author/columns.ts';
import { CellsError, LargeCellsError } from '../domain/errors.ts';
import { isUnread } from '../domain/held.ts';
import type { Row } from '../domain/row.ts';
import { REDUCE_FAILED } from '../domain/run.ts';
import { UserError } from '../domain/user-error.ts';
import type { Deps } from '../ports/deps.ts';
import { csvCells, csvLines, emptyCells } from './csv.ts';
import type { HeldRow } from './part.ts';
import { Reduction, reduceErrorOf } from './reduction.ts';
import { TimeLimitError, withinTime } from './time-limit.ts';
import { wholeRows } from './whole-rows.ts';

/** What a row may take at least, and what rows may take before the clock is set anew. */
const ROW_MS = 10_000;
const ROWS_MS = 1_000;
/** The time for all rows of a part. Rows after it are refused: otherwise the part would outlast every invocation that makes it. */
const ALL_ROWS_MS = 480_000;

/** Reasons of rows that a reduce refused. */
const REFUSALS: ReadonlySet<string> = new Set([REDUCE_FAILED, 'cells-not-made', 'cells-too-large']);

export interface ReduceOptions {
  /** Of the rows that succeeded, those that enter the statistics. */
  readonly measured?: ReadonlySet<HeldRow> | 'all';
  /**
   * The fate of a row on which the user's reduce throws. `fails`: the row becomes FAILED with a reason of its own, so that one row
   * can't keep its segment and the run from finishing; a row that had failed before keeps its reason. `stays`: a frozen row keeps its
   * status and gets empty cells.
   */
  readonly refused?: 'fails' | 'stays';
}

interface ReducedRow {
  readonly row: HeldRow;
  /** Null where the report leaves it out. */
  readonly cells: Cell[] | null;
}

/** Reduces rows block by block: to their lines of report.csv, and to statistics over all of them. */
export class RowReducer {
  readonly #deps: Pick<Deps, 'pipeline' | 'objects' | 'log'>;
  /** Over all rows. */
  readonly reduction: Reduction;
  #msLeft: number;

  /** @param msLeft what the user's code may take over all rows */
  constructor(deps: Pick<Deps, 'pipeline' | 'objects' | 'log'>, msLeft = ALL_ROWS_MS) {
    this.#deps = deps;
    this.reduction = new Reduction(deps.pipeline.reduce);
    this.#msLeft = msLeft;
  }

  /** A block's rows, as they are stored, and their lines: together, or a few at a time where they are large. At least once. */
  async *reduce(
    rows: readonly HeldRow[],
    { measured = 'all', refused = 'fails' }: ReduceOptions = {},
  ): AsyncGenerator<{ readonly rows: HeldRow[]; readonly csv: string }> {
    for await (const { held, whole } of wholeRows(this.#deps.objects, rows)) {
      const reduced = this.#reduceAll(held, whole, measured, refused);
      const lines = reduced.flatMap(({ cells }) => (cells ? [cells] : []));
      yield { rows: reduced.map(({ row }) => row), csv: csvLines(lines) };
    }
  }

  /** Under a time limit that each row has for itself, set anew as seldom as that allows. */
  #reduceAll(
    rows: readonly HeldRow[],
    whole: readonly Row[],
    measured: ReadonlySet<HeldRow> | 'all',
    refused: 'fails' | 'stays',
  ): ReducedRow[] {
    const reduced: ReducedRow[] = [];
    const reduceSome = () => {
      const until = performance.now() + ROWS_MS;
      while (reduced.length < rows.length && performance.now() < until) {
        const [row, full] = [rows[reduced.length], whole[reduced.length]];
        if (row && full) reduced.push(this.#reduce(row, full, measured === 'all' || measured.has(row), refused));
      }
    };
    while (reduced.length < rows.length) {
      const began = performance.now();
      try {
        withinTime(Math.min(this.#msLeft, ROWS_MS + ROW_MS), reduceSome);
      } catch (error) {
        const row = rows[reduced.length];
        if (row) reduced.push(this.#refuse(row, error, refused));
      }
      this.#msLeft -= performance.now() - began;
    }
    return reduced;
  }

  /** A row as it is stored, and its cells; its place in the statistics. */
  #reduce(row: HeldRow, full: Row, measured: boolean, refused: 'fails' | 'stays'): ReducedRow {
    const { reduce } = this.#deps.pipeline;
    // Refused once, it stays so when its part is made again for a redrive.
    if (REFUSALS.has(full.reason ?? '')) return this.#empty(row);
    // There is no item: a user's functions would read one that is none of theirs.
    if (isUnread(row.item)) return this.#empty(row, undefined, row.item.$unread);
    try {
      const cells = this.#isShown(row) ? csvCells(reduce, full) : null;
      // Failed rows stay out: a redrive adds the child's new row to these statistics, and can't take the old one out.
      if (measured && full.status === 'SUCCEEDED') this.reduction.add({ ...full });
      return { row, cells };
    } catch (error) {
      return this.#refuse(row, error, refused);
    }
  }

  #refuse(row: HeldRow, error: unknown, refused: 'fails' | 'stays'): ReducedRow {
    const isOurs = error instanceof CellsError || error instanceof LargeCellsError;
    this.#deps.log.error('The reduce failed on a row.', {
      child: row.id,
      error: isOurs
        ? error.message
        : new UserError(error instanceof TimeLimitError ? reduceErrorOf('cells or add', error) : error),
    });
    if (row.status !== 'SUCCEEDED' || refused === 'stays') return this.#empty(row, error);
    return this.#empty({ ...row, status: 'FAILED', reason: isOurs ? error.code : REDUCE_FAILED, result: null });
  }

  #empty(row: HeldRow, error?: unknown, item?: string): ReducedRow {
    return { row, cells: this.#isShown(row) ? emptyCells(this.#deps.pipeline.reduce, row, error, item) : null };
  }

  #isShown({ status }: HeldRow): boolean {
    return status === 'SUCCEEDED' || this.#deps.pipeline.report.failedRows !== 'omit';
  }
}
