import { stringify } from 'csv-stringify/sync';
import type { Reduce } from '../domain/reduce.ts';
import type { Row } from '../domain/row.ts';

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
 * The lines of a batch of rows, in their order, each with its line end; '' for none. Synchronous: 5 to 8 µs a row, so give it no
 * more than a segment at a time.
 */
export function csvRows<I, R>(reduce: Reduce<I, R>, rows: readonly Row<I, R>[]): string {
  return stringify(
    rows.map((row) => [row.id, ...reduce.cells(row), row.status, row.reason]),
    OPTIONS,
  );
}
