import { stringify } from 'csv-stringify/sync';
import { type Cell, ColumnError, cell } from '../author/columns.ts';
import type { Reduce } from '../author/reduce.ts';
import { CellsError, LargeCellsError } from '../domain/errors.ts';
import { SIZES } from '../domain/limits.ts';
import type { ChildStatus, Row } from '../domain/row.ts';
import { synchronous } from '../domain/synchronous.ts';

/** Shape of report.csv: RFC 4180 with LF, UTF-8, no byte-order mark. */
const OPTIONS = {
  // Text that a spreadsheet would take for a formula gets an apostrophe in front; numbers are left as they are.
  escape_formulas: true,
  // A spreadsheet of a semicolon locale must not find a second cell, and a formula in it, within an unquoted one.
  quoted_match: /[;\t]/,
  cast: {
    boolean: (value: boolean) => String(value),
    number: (value: number) => (Number.isFinite(value) ? String(value) : ''),
  },
};

/** The first line: `id`, the reduce's columns, `status`, `reason`. */
export function csvHeader<I, R>(reduce: Reduce<I, R>): string {
  return stringify([['id', ...reduce.columns, 'status', 'reason']], OPTIONS);
}

/**
 * A row's cells: `id`, the reduce's, `status`, `reason`.
 * @throws whatever the reduce throws, {@link TypeError} where it gives what JSON can't hold, {@link ReduceError} for a promise, and
 * {@link CellsError} where its cells aren't one for each column: the line would say other things than its header; {@link LargeCellsError}
 */
export function csvCells<I, R>(reduce: Pick<Reduce<I, R>, 'columns' | 'cells'>, row: Row<I, R>): Cell[] {
  // Given a row of its own: what it changes in it changes no line.
  const made = synchronous('cells', reduce.cells({ ...row }));
  if (made.length !== reduce.columns.length) throw new CellsError(row.id, made.length, reduce.columns);
  const cells = made.map(cell);
  const characters = cells.reduce<number>((sum, one) => sum + (typeof one === 'string' ? one.length : 0), 0);
  if (characters > SIZES.rowCells) throw new LargeCellsError(row.id, characters, SIZES.rowCells);
  return [row.id, ...cells, row.status, row.reason];
}

/**
 * The line of a row whose cells can't be made: they are empty, but for those of columns that can.
 * @param error of what made them, where it is known
 * @param item what a column called so says, of an item that couldn't be read
 */
export function emptyCells(
  { columns }: Pick<Reduce, 'columns'>,
  { id, status, reason }: { readonly id: string; readonly status: ChildStatus; readonly reason: string | null },
  error?: unknown,
  item: string | null = null,
): Cell[] {
  const made = error instanceof ColumnError && error.cells.length === columns.length ? error.cells : [];
  const characters = made.reduce<number>((sum, one) => sum + (typeof one === 'string' ? one.length : 0), 0);
  const cellAt = (column: string, i: number) => (column === 'item' ? item : null) ?? made[i] ?? null;
  const cells = columns.map((column, i) => (characters > SIZES.rowCells ? null : cellAt(column, i)));
  return [id, ...cells, status, reason];
}

/**
 * Lines of rows' cells, in their order, each with its line end; '' for none. Synchronous: 4 to 6 µs a row, most of it saved
 * again where many are given at once; so give it a block.
 */
export function csvLines(rows: readonly (readonly Cell[])[]): string {
  return stringify([...rows], OPTIONS);
}
