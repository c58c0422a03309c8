import * as z from 'zod';
import type { Row } from '../../domain/row.ts';
import { type Field, field, fieldName } from '../columns.ts';
import { callable, checkOptions, strictOptions } from '../options.ts';
import type { Output } from '../output.ts';
import { checkPartitions, commonOf, type OutputOptions, outputOptions } from './options.ts';
import { PARQUET_TYPES, type ParquetType, type ReadColumn } from './parquet-types.ts';

type Accessor<I, R> = (row: Row<I, R>) => unknown;

/** A column's type; with `of` where it isn't the field of its name. */
export type ParquetColumn<I, R> =
  | ParquetType
  | { readonly type: ParquetType; readonly of?: Field<I, R> | Accessor<I, R> };

/** Options of {@link parquet}. */
export interface ParquetOptions<I, R> extends OutputOptions<I, R> {
  /** Columns by name: each a type, or `{ type, of }`. Any of them may be null. */
  readonly columns: Readonly<Record<string, ParquetColumn<I, R>>>;
}

const type = z.enum(PARQUET_TYPES);
const optionsSchema = strictOptions({
  ...outputOptions,
  columns: z
    .record(
      fieldName,
      z.union(
        [type, strictOptions({ type, of: z.union([fieldName, callable()]).optional() })],
        `must be one of ${PARQUET_TYPES.join(', ')}, or { type, of }`,
      ),
    )
    .refine((columns) => Object.keys(columns).length > 0, 'must name a column'),
}).superRefine(checkPartitions(({ columns }) => Object.keys(columns)));

/**
 * Parquet, compressed by Snappy. A field is looked up in the item first, or in the result. A value that isn't of its column's type ends the run as
 * `output-failed`: a column of a table has one type.
 * @throws {DefinitionError} naming each wrong option
 * @example
 * parquet<City, Answer>({ columns: { city: 'string', km: { type: 'double', of: ({ result }) => result?.trip.km } }, partitionBy: 'country' });
 */
export function parquet<I = unknown, R = unknown>(options: ParquetOptions<I, R>): Output<I, R> {
  checkOptions('outputs: parquet', optionsSchema, options);
  const columns = Object.entries(options.columns).map(([name, column]): ReadColumn<I, R> => {
    const { type, of = name } = typeof column === 'string' ? { type: column } : column;
    return { name, type, of: typeof of === 'function' ? of : ({ item, result }) => field(of, item, result) };
  });
  return {
    ...commonOf(options),
    extension: 'parquet',
    contentType: 'application/vnd.apache.parquet',
    // Loaded where a file is made: neither a command line nor a forwarder needs it.
    open: async () => (await import('./parquet-file.ts')).parquetFile(columns),
  };
}
