import * as z from 'zod';
import { type Column, columnName, reads } from '../columns.ts';
import type { Output } from '../output.ts';

/** Options that every output has. */
export interface OutputOptions<I, R> {
  /** Which rows it takes. Default `succeeded`. */
  readonly rows?: 'succeeded' | 'all';
  /**
   * Writes a file for each value of a field of the item, or else of the result, or of `{ name, of: (row) => … }`; for up to three, one in the
   * other. Files lie in folders such as `country=AU`, as Athena, DuckDB and Spark read them.
   */
  readonly partitionBy?: Column<I, R> | readonly Column<I, R>[];
}

export const outputOptions = {
  rows: z.enum(['succeeded', 'all']).optional(),
  partitionBy: z.union([columnName, z.array(columnName).min(1).max(3)]).optional(),
};

/** What {@link OutputOptions} make of an output. */
export function commonOf<I, R>({ rows, partitionBy }: OutputOptions<I, R>): Pick<Output<I, R>, 'rows' | 'partitionBy'> {
  const columns = partitionBy === undefined ? [] : isList(partitionBy) ? partitionBy : [partitionBy];
  return { rows, partitionBy: columns.map((column) => reads(column)) };
}

const isList = <I, R>(by: Column<I, R> | readonly Column<I, R>[]): by is readonly Column<I, R>[] => Array.isArray(by);
