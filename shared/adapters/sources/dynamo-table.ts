import * as z from 'zod';
import { checkOptions, strictOptions } from '../../author/options.ts';
import type { AccountAccess, Outside, Source, SourceFiles } from '../../author/source.ts';
import { type Checked, checkedBy, type FileOptions, fileOptions } from '../../author/sources/file-options.ts';
import { sift } from '../../author/sources/sift.ts';
import { SourceDataError, show } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import { SIZES } from '../../domain/limits.ts';
import type { ScanFilter } from './dynamodb/scan.ts';

/** An item of a table as JSON, by the names of its attributes. */
export type TableItem = { readonly [name: string]: Json };

/** Options of {@link dynamoTable}. */
export interface DynamoTableOptions<I, P = unknown> extends FileOptions<I> {
  /** Segments of a parallel scan, each a slice. Default 8. */
  readonly segments?: number;
  /** Attributes that are read, such as `['id', 'address.city']`. Default: all. */
  readonly attributes?: readonly string[];
  /** A filter expression of DynamoDB's, which may be made of the run's parameters. */
  readonly filter?: ScanFilter | ((params: P) => ScanFilter);
  /** Consistent reads, at twice the price. Default: none. */
  readonly consistent?: boolean;
}

const path = z.string().regex(/^[^.]+(?:\.[^.]+)*$/, 'must be an attribute, such as id or address.city');
const filterSchema = strictOptions({
  expression: z.string().min(1),
  names: z.record(z.string().regex(/^#\w+$/, 'must be called #name'), z.string()).optional(),
  values: z
    .record(
      z.string().regex(/^:\w+$/, 'must be called :name'),
      z.union([z.string(), z.number(), z.boolean(), z.null()]),
    )
    .optional(),
});
const optionsSchema = strictOptions({
  ...fileOptions,
  table: z.string().regex(/^[\w.-]{3,255}$/, 'must be the name of a table'),
  segments: z.int().min(1).max(SIZES.slices).optional(),
  attributes: z.array(path).min(1, 'must name an attribute').optional(),
  filter: z.union([filterSchema, z.custom((given) => typeof given === 'function')]).optional(),
  consistent: z.boolean().optional(),
});

/** One of a scan's segments. */
const range = z.tuple([z.int().min(0), z.int().min(1)]);

/**
 * The items of a DynamoDB table of the account and region, by a parallel scan. What is interrupted goes on behind the last item that was
 * taken. Bytes are texts in base64, sets are lists; a number that a double can't hold is a text of its digits.
 * @throws {DefinitionError} naming each wrong option
 * @example
 * dynamoTable('companies', { attributes: ['id', 'name'], filter: { expression: 'employees > :least', values: { ':least': 10 } } });
 */
export function dynamoTable<S extends z.ZodType, P = unknown>(
  table: string,
  options: DynamoTableOptions<z.output<S>, P> & { readonly schema: S },
): Source<z.output<S>, P>;
export function dynamoTable<P = unknown>(
  table: string,
  options?: DynamoTableOptions<TableItem, P>,
): Source<TableItem, P>;
export function dynamoTable<S extends z.ZodType, P = unknown>(
  table: string,
  options: DynamoTableOptions<TableItem, P> | (DynamoTableOptions<z.output<S>, P> & { readonly schema: S }) = {},
): Source<unknown, P> {
  checkOptions('source: dynamoTable', optionsSchema, { table, ...options });
  if ('schema' in options) return tableSource(table, options, checkedBy(options.schema));
  return tableSource(table, options, (item: TableItem): Checked<TableItem> => ({ item }));
}

function tableSource<I, P>(
  table: string,
  options: DynamoTableOptions<I, P>,
  check: (item: TableItem) => Checked<I>,
  files?: SourceFiles,
): Source<I, P> {
  const { segments = 8, attributes, consistent = false } = options;
  return {
    needs: { tables: [table] },
    over: (given) => tableSource(table, options, check, given),
    async plan() {
      return Array.from({ length: segments }, (_, segment) => [segment, segments]);
    },
    async *read({ params, range: given, cursor }) {
      const [segment, of] = range.parse(given);
      const { region, account } = outsideOf(table, files?.outside);
      const filter = typeof options.filter === 'function' ? options.filter(params) : options.filter;
      // Loaded where a table is read.
      const { TableScan, startKey } = await import('./dynamodb/scan.ts');
      const scan = new TableScan(region, account);
      try {
        const request = { table, segment, segments: of, consistent, attributes, filter };
        // What the page begins behind, and the items that were taken of it.
        let [from, taken] = cursor === null ? [null, 0] : z.tuple([startKey, z.int().min(0)]).parse(cursor);
        for (;;) {
          const { items, next } = await scan.page(request, from);
          for (const [place, { record, key }] of items.entries()) {
            if (place < taken) continue;
            const words = () => `Item ${place + 1} of a page of table ${show(table)}, segment ${segment},`;
            const behind = key ? [key, 0] : [from, place + 1];
            const sifted = sift(check(record), words, behind, options);
            if (sifted) yield sifted;
          }
          if (next === null) return;
          [from, taken] = [next, 0];
        }
      } finally {
        scan.close();
      }
    },
  };
}

function outsideOf(table: string, outside: Outside | undefined): { region: string; account: AccountAccess } {
  if (!outside)
    throw new TypeError('This source reads a table, and has nothing to read it by: a test hands items over.');
  const { region, account } = outside;
  if (account) return { region, account };
  throw new SourceDataError(
    `The table ${show(table)} is read on this machine only with --aws, by your own credentials; or hand over its items with --items.`,
  );
}
