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

/** A folder's name has no encoding for half of a surrogate pair. */
const folderName = columnName.refine(
  (column) => !/\p{Cs}/u.test(nameOf(column)),
  'must have a name without half of a surrogate pair',
);

export const outputOptions = {
  rows: z.enum(['succeeded', 'all']).optional(),
  partitionBy: z.union([folderName, z.array(folderName).min(1).max(3)]).optional(),
};

interface Partitioned {
  readonly partitionBy?: z.output<typeof outputOptions.partitionBy>;
}

/**
 * Refuses what names a folder and is a column of the file too, or names two folders: of the two, readers take one or fail. They compare names
 * as Athena does, without regard to case.
 * @param columnsOf the names of the file's columns
 */
export function checkPartitions<T extends Partitioned>(columnsOf: (options: T) => readonly string[]) {
  return (options: T, context: z.RefinementCtx): void => {
    const taken = new Set(columnsOf(options).map(seen));
    const by = options.partitionBy ?? [];
    for (const name of (Array.isArray(by) ? by : [by]).map(nameOf)) {
      if (taken.has(seen(name)))
        context.addIssue({
          code: 'custom',
          path: ['partitionBy'],
          message: `names ${JSON.stringify(name)}, which is a column or an earlier folder too: leave it out of the columns, as readers take it from the folder`,
        });
      taken.add(seen(name));
    }
  };
}

const nameOf = (column: z.output<typeof columnName>) => (typeof column === 'string' ? column : column.name);
const seen = (name: string) => name.normalize('NFC').trim().toLowerCase();

/** What {@link OutputOptions} make of an output. */
export function commonOf<I, R>({ rows, partitionBy }: OutputOptions<I, R>): Pick<Output<I, R>, 'rows' | 'partitionBy'> {
  const columns = partitionBy === undefined ? [] : isList(partitionBy) ? partitionBy : [partitionBy];
  return { rows, partitionBy: columns.map((column) => reads(column)) };
}

const isList = <I, R>(by: Column<I, R> | readonly Column<I, R>[]): by is readonly Column<I, R>[] => Array.isArray(by);
