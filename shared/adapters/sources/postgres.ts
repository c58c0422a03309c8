import * as z from 'zod';
import { certificates, secretName } from '../../author/endpoint.ts';
import { checkOptions, strictOptions } from '../../author/options.ts';
import type { Source, SourceFiles } from '../../author/source.ts';
import { type Checked, checkedBy, type FileOptions, fileOptions } from '../../author/sources/file-options.ts';
import { sift } from '../../author/sources/sift.ts';
import { SourceDataError, show } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import type { KeyedRow, SqlValue } from './postgres/rows.ts';

/** A row as JSON by the names of its columns. */
export type PostgresRow = { readonly [column: string]: Json };

/** Options of {@link postgres}. */
export interface PostgresOptions<I, P = unknown> extends FileOptions<I> {
  /**
   * Name of the secret: `postgres://user:password@host:port/database`, or the JSON that RDS keeps (`username`, `password` and, where they are there, `host`, `port`, `dbname`).
   */
  readonly secret: string;
  /** Where the secret says nothing of it, or something else. */
  readonly host?: string;
  readonly port?: number;
  readonly database?: string;
  /** A SELECT, with `$1` … for its values. Its order doesn't matter. */
  readonly query: string;
  /** Of `$1` …, made of the run's parameters. */
  readonly values?: (params: P) => readonly SqlValue[];
  /** A column of the query by which rows are ordered: different and not null in each, best one with an index. */
  readonly key: string;
  /** Rows of a page at most; fewer where rows are wide. Default 1,000. */
  readonly pageRows?: number;
  /** A certificate authority that is trusted besides the usual ones, as PEM: RDS has its own. */
  readonly ca?: string;
  /** Lets the connection be without TLS: for a network that keeps others out. */
  readonly allowPlain?: boolean;
  /** Of one page's statement, in seconds. Default 30. */
  readonly timeoutSeconds?: number;
}

const text = z.string().min(1);
const optionsSchema = strictOptions({
  ...fileOptions,
  secret: secretName,
  host: text.optional(),
  port: z.int().min(1).max(65_535).optional(),
  database: text.optional(),
  query: text,
  values: z.custom((given) => typeof given === 'function', 'must be a function of the parameters').optional(),
  key: text,
  pageRows: z.int().min(1).max(10_000).optional(),
  ca: certificates.optional(),
  allowPlain: z.boolean().optional(),
  timeoutSeconds: z.int().min(1).max(90).optional(),
});

/** The key of the last row, as Postgres writes it, and the rows up to it. */
const position = z.tuple([z.string(), z.int().min(0)]);

/**
 * The rows of a query of Postgres, by the package `pg`, which your project installs. They are read in the order of a unique column, page by page and as one
 * slice; what is interrupted goes on behind the last row that was taken.
 * @throws {DefinitionError} naming each wrong option
 * @example
 * postgres({ secret: 'vendors/database', query: 'select id, name from vendors', key: 'id' });
 */
export function postgres<S extends z.ZodType, P = unknown>(
  options: PostgresOptions<z.output<S>, P> & { readonly schema: S },
): Source<z.output<S>, P>;
export function postgres<P = unknown>(options: PostgresOptions<PostgresRow, P>): Source<PostgresRow, P>;
export function postgres<S extends z.ZodType, P = unknown>(
  options: PostgresOptions<PostgresRow, P> | (PostgresOptions<z.output<S>, P> & { readonly schema: S }),
): Source<unknown, P> {
  checkOptions('source: postgres', optionsSchema, options);
  if ('schema' in options) return rowsSource(options, checkedBy(options.schema));
  return rowsSource(options, (item: PostgresRow): Checked<PostgresRow> => ({ item }));
}

function rowsSource<I, P>(
  options: PostgresOptions<I, P>,
  check: (row: PostgresRow) => Checked<I>,
  files?: SourceFiles,
): Source<I, P> {
  const { query, key, pageRows = 1_000, ca, allowPlain: plain = false, timeoutSeconds = 30 } = options;
  return {
    needs: { secrets: [options.secret] },
    over: (given) => rowsSource(options, check, given),
    async *read({ params, cursor }) {
      if (!files?.outside)
        throw new TypeError('This source reads a database, and has nothing to read it by: a test hands items over.');
      const { PostgresRows, connectionIn } = await reading();
      const connection = connectionIn(await files.outside.secret(options.secret), options);
      const rows = new PostgresRows({ connection, ca, plain, timeoutSeconds });
      try {
        const request = { query, values: options.values?.(params) ?? [], key };
        let size = Math.min(pageRows, FIRST_ROWS);
        let [last, taken]: [string | null, number] = cursor === null ? [null, 0] : position.parse(cursor);
        for (;;) {
          // One more than a page, to see that the key of the next row is another.
          const page = await rows.behind(request, last, size + 1);
          checkUnique(page, key);
          for (const each of page.slice(0, size)) {
            [last, taken] = [each.key, taken + 1];
            const sifted = sift(checkedRow(each.row, check), () => `Row ${taken} of the query`, [last, taken], options);
            if (sifted) yield sifted;
          }
          if (page.length <= size) return;
          size = nextSize(page, pageRows);
        }
      } finally {
        await rows.close();
      }
    },
  };
}

/** Rows of the first page, by which the size of the next is chosen. */
const FIRST_ROWS = 100;
/** What a page may hold of rows like those of the page before, in characters: memory stays flat however wide rows are. */
const PAGE_LENGTH = 8 * 1_048_576;

function nextSize(page: readonly KeyedRow[], most: number): number {
  const mean = page.reduce((sum, { length }) => sum + length, 0) / page.length;
  // Ten times as many at most: the first rows of a table may be the short ones.
  return Math.max(1, Math.min(most, 10 * page.length, Math.floor(PAGE_LENGTH / Math.max(1, mean))));
}

/** Loaded where a database is read. */
async function reading() {
  try {
    return { ...(await import('./postgres/rows.ts')), ...(await import('./postgres/connection.ts')) };
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND';
    throw isMissing ? new SourceDataError('This source needs the package "pg": install it.') : error;
  }
}

/** Rows behind one of the same key would be left out without a word. */
function checkUnique(page: readonly KeyedRow[], key: string): void {
  const isTwice = page.some((row, place) => row.key === page[place + 1]?.key);
  if (isTwice) throw new SourceDataError(`The key ${show(key)} is the same in two rows: each needs one of its own.`);
}

/** JSON has no number for what Postgres knows as NaN and infinite. */
function checkedRow<I>(row: PostgresRow, check: (row: PostgresRow) => Checked<I>): Checked<I> {
  const wrong = Object.keys(row).find((column) => typeof row[column] === 'number' && !Number.isFinite(row[column]));
  return wrong === undefined ? check(row) : { problem: `has no finite number in the column ${show(wrong)}` };
}
