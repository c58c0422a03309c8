import * as z from 'zod';
import { jsonText } from '../../domain/json.ts';
import type { Row } from '../../domain/row.ts';
import { synchronous } from '../../domain/synchronous.ts';
import { columnNames, type Field, reads } from '../columns.ts';
import { checkOptions, strictOptions } from '../options.ts';
import type { Output } from '../output.ts';
import { checkPartitions, commonOf, type OutputOptions, outputOptions } from './options.ts';
import { TextFile } from './text-file.ts';

/** Options of {@link jsonLines}. */
export interface JsonLinesOptions<I, R> extends OutputOptions<I, R> {
  /** Fields of a line. Default: `id`, `status`, `reason`, `item` and `result`. */
  readonly columns?: readonly (Field<I, R> | { readonly name: string; of(row: Row<I, R>): unknown })[];
  /** Compresses the files. */
  readonly gzip?: boolean;
}

const DEFAULT_COLUMNS = ['id', 'status', 'reason', 'item', 'result'];

const optionsSchema = strictOptions({
  ...outputOptions,
  columns: columnNames.min(1).optional(),
  gzip: z.boolean().optional(),
}).superRefine(
  checkPartitions(({ columns = DEFAULT_COLUMNS }) =>
    columns.map((column) => (typeof column === 'string' ? column : column.name)),
  ),
);

/**
 * A line of JSON for each row; what is nested stays nested.
 * @throws {DefinitionError} naming each wrong option
 */
export function jsonLines<I = unknown, R = unknown>(options: JsonLinesOptions<I, R> = {}): Output<I, R> {
  checkOptions('outputs: jsonLines', optionsSchema, options);
  const columns = options.columns?.map((column) => (typeof column === 'string' ? reads<I, R>(column) : column));
  const lineOf = columns
    ? (row: Row<I, R>) => Object.fromEntries(columns.map(({ name, of }) => [name, synchronous('of', of(row)) ?? null]))
    : ({ id, status, reason, item, result, excerpt }: Row<I, R>) => ({
        id,
        status,
        reason,
        item,
        result: result ?? excerpt,
      });
  return {
    ...commonOf(options),
    extension: 'jsonl',
    contentType: 'application/x-ndjson',
    gzip: options.gzip,
    open: () => new TextFile((row) => `${jsonText('the line', lineOf(row), 'written')}\n`),
  };
}
