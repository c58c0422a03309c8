import { rootCertificates } from 'node:tls';
import pg from 'pg';
import { SourceDataError, SourceUnavailableError, show } from '../../../domain/errors.ts';
import type { Json } from '../../../domain/json.ts';
import type { Connection } from './connection.ts';
import { valueJson } from './value-json.ts';

/** A value that a query is asked with. */
export type SqlValue = string | number | boolean | null;

export interface RowsOptions {
  readonly connection: Connection;
  /** Trusted besides the usual authorities. */
  readonly ca: string | undefined;
  /** Without TLS. */
  readonly plain: boolean;
  readonly timeoutSeconds: number;
}

/** What is read of a database. */
export interface RowsRequest {
  readonly query: string;
  readonly values: readonly SqlValue[];
  /** The column that rows are ordered by. */
  readonly key: string;
}

export interface KeyedRow {
  readonly row: { readonly [column: string]: Json };
  /** As Postgres writes it. */
  readonly key: string;
  /** Characters of all values. */
  readonly length: number;
}

const CONNECT_MS = 10_000;

/** Reads rows of a query in the order of a column, page by page. Between pages no transaction is open. */
export class PostgresRows {
  readonly #client: pg.Client;
  readonly #timeoutMs: number;
  #connected: Promise<unknown> | undefined;

  constructor({ connection, ca, plain, timeoutSeconds }: RowsOptions) {
    this.#timeoutMs = timeoutSeconds * 1_000;
    this.#client = new pg.Client({
      ...connection,
      application_name: 'microprocess',
      connectionTimeoutMillis: CONNECT_MS,
      // The server ends a statement by itself; this is for one that doesn't answer.
      query_timeout: this.#timeoutMs + CONNECT_MS,
      ssl: plain ? false : { rejectUnauthorized: true, ...(ca !== undefined && { ca: [...rootCertificates, ca] }) },
    });
    // A connection that breaks between two pages: the next one says so.
    this.#client.on('error', () => undefined);
  }

  /**
   * So many rows behind a key; null for the first.
   * @throws {SourceDataError} where asking again would change nothing
   */
  async behind(request: RowsRequest, key: string | null, most: number): Promise<readonly KeyedRow[]> {
    try {
      this.#connected ??= this.#client.connect();
      await this.#connected;
      await this.#client.query(this.#begin());
      const { fields, rows } = await this.#client.query<(string | null)[]>({
        ...statementOf(request, key, most),
        rowMode: 'array',
        // As texts: how each becomes JSON is for valueJson to say.
        types: { getTypeParser: () => String },
      });
      await this.#client.query('commit');
      return keyed(fields, rows, request.key);
    } catch (error) {
      if (error instanceof SourceDataError) throw error;
      const { why, isFinal } = failureOf(error);
      throw isFinal
        ? new SourceDataError(`Postgres refuses the query: ${why}.`)
        : new SourceUnavailableError(`The database can't be read: ${why}.`);
    }
  }

  async close(): Promise<void> {
    // A connection that never came, or broke, has nothing to end.
    await this.#client.end().catch(() => undefined);
  }

  /** All that decides how values are written, and what the statement may do and take. Local, so that a pooler's next client has none of it. */
  #begin(): string {
    const settings = {
      statement_timeout: this.#timeoutMs,
      timezone: 'UTC',
      datestyle: 'ISO',
      intervalstyle: 'iso_8601',
      extra_float_digits: 1,
      bytea_output: 'hex',
    };
    const set = Object.entries(settings).map(([name, value]) => `set local ${name} = '${value}'`);
    return ['begin read only', ...set].join('; ');
  }
}

function statementOf({ query, values, key }: RowsRequest, behind: string | null, most: number) {
  const column = `"rows"."${key.replaceAll('"', '""')}"`;
  const condition = behind === null ? '' : `where ${column} > $${values.length + 1} `;
  return {
    // On lines of their own: a comment may end the query.
    text: `select * from (\n${query.replace(/[;\s]+$/, '')}\n) as "rows" ${condition}order by ${column} limit ${most}`,
    values: behind === null ? [...values] : [...values, behind],
  };
}

function keyed(fields: readonly pg.FieldDef[], rows: readonly (string | null)[][], key: string): KeyedRow[] {
  const names = fields.map(({ name }) => name);
  const twice = names.find((name, place) => names.indexOf(name) !== place);
  if (twice !== undefined) throw new SourceDataError(`The query gives two columns ${show(twice)}.`);
  const place = names.indexOf(key);
  return rows.map((texts) => {
    const own = texts[place];
    if (own === undefined || own === null) throw new SourceDataError(`The key ${show(key)} is null in a row.`);
    const values = fields.map(({ name, dataTypeID }, at) => [name, valueJson(dataTypeID, texts[at] ?? null)]);
    const length = texts.reduce((sum, text) => sum + (text?.length ?? 0), 0);
    return { row: Object.fromEntries(values), key: own, length };
  });
}

/** Classes of errors that another try meets again: of data, of syntax or names, and a feature that isn't there. */
const FINAL = /^(?:22|42|0A|25006)/;

/** A message of Postgres's may quote a value: its code says enough. */
function failureOf(error: unknown): { readonly why: string; readonly isFinal: boolean } {
  if (error instanceof pg.DatabaseError) return { why: error.code ?? 'error', isFinal: FINAL.test(error.code ?? '') };
  if (!(error instanceof Error)) return { why: String(error), isFinal: false };
  // Where a name leads to several addresses, the code alone says something.
  const code = 'code' in error ? String(error.code) : error.name;
  return { why: error.message || code, isFinal: false };
}
