import { CsvError, type Options, Parser } from 'csv-parse';
import { SourceDataError } from '../../domain/errors.ts';
import { SIZES } from '../../domain/limits.ts';
import { type Found, NOT_UTF8, REPLACED, type RecordReader, type Start, UnreadableError } from './records.ts';

/** A row's texts by column. */
export type CsvRow = Readonly<Record<string, string>>;

/** What is said about the dialect of a file. */
export interface CsvDialect {
  readonly delimiter: string;
  readonly quote: string | null;
  /** Names of the columns, where the file doesn't begin with them. */
  readonly header: readonly string[] | null;
  /** Whether a value may hold a line break. */
  readonly multiline: boolean;
}

/** Any of these, wherever they stand: a file may have been put together from several. */
const RECORD_ENDS = ['\r\n', '\n', '\r'];

/** Reads the rows of a CSV file as objects of texts by column. */
export async function csvReader(
  dialect: CsvDialect,
  begin: () => AsyncIterable<Uint8Array>,
  start: Start,
): Promise<RecordReader<CsvRow>> {
  if (dialect.header) return new CsvReader(dialect, columnsOf(dialect.header), start);
  if (start.byte === 0) return new CsvReader(dialect, null, start);
  return new CsvReader(dialect, await firstRow(dialect, begin()), start);
}

async function firstRow(dialect: CsvDialect, bytes: AsyncIterable<Uint8Array>): Promise<readonly string[]> {
  const reader = new CsvReader(dialect, null, { byte: 0, lines: 0 });
  for await (const chunk of bytes) {
    await reader.feed(chunk);
    if (reader.columns) return reader.columns;
  }
  await reader.end();
  return reader.columns ?? [];
}

/**
 * A column without a name is called by its number, and one whose name stands there already gets a number behind it: data that nobody asked
 * for is no reason to fail.
 */
export function columnsOf(header: readonly string[]): readonly string[] {
  const taken = new Set(header);
  const used = new Set<string>();
  return header.map((name, place) => {
    let column = name === '' ? `column_${place + 1}` : name;
    for (let n = 2; used.has(column) || (column !== name && taken.has(column)); n++) {
      column = `${name || `column_${place + 1}`}_${n}`;
    }
    used.add(column);
    return column;
  });
}

/**
 * Hands each row over where it ends, in the order of the file, and puts none into the stream: nothing waits for a reader of it. The option
 * `on_record` would do so too, and make an object of all that is known for each row.
 */
class RowParser extends Parser {
  /** The parser's own: the values so far of the row that it is within, another list for each row, and the value that hasn't ended. */
  declare readonly state: {
    readonly record: readonly string[];
    readonly field: { toString(encoding: 'utf8'): string };
  };
  readonly #take: (row: readonly string[]) => void;

  constructor(take: (row: readonly string[]) => void, options: Options) {
    super(options);
    this.#take = take;
  }

  override push(row: readonly string[] | null): boolean {
    if (row === null) return super.push(null);
    this.#take(row);
    return true;
  }
}

class CsvReader implements RecordReader<CsvRow> {
  columns: readonly string[] | null;
  #found: Found<CsvRow>[] = [];
  /** What is wrong within a row that the parser may still be adding values to. */
  #problem: { readonly text: string; readonly line: number; readonly row: readonly string[] } | null = null;
  /** What the parser counts twice, in rows that have ended: each CRLF within quotes. */
  #countedTwice = 0;
  readonly #start: Start;
  readonly #multiline: boolean;
  readonly #parser: RowParser;
  /** Why no row behind it is taken. */
  #failure: { readonly cause: unknown } | null = null;

  constructor({ delimiter, quote, multiline }: CsvDialect, columns: readonly string[] | null, start: Start) {
    this.columns = columns;
    this.#start = start;
    this.#multiline = multiline;
    const take = (row: readonly string[]) => {
      const { bytes, lines } = this.#parser.info;
      try {
        if (this.#failure === null) this.#row(row, start.byte + bytes, start.lines + lines);
      } catch (cause) {
        // Thrown within the stream's end, nobody would catch it.
        this.#failure = { cause };
      }
    };
    this.#parser = new RowParser(take, {
      delimiter,
      quote,
      record_delimiter: RECORD_ENDS,
      bom: start.byte === 0,
      skip_empty_lines: true,
      relax_column_count: true,
      skip_records_with_error: true,
      max_record_size: SIZES.jsonBytes,
      on_skip: (error) => this.#wrong(error),
    }).resume();
  }

  feed(chunk: Uint8Array): Promise<readonly Found<CsvRow>[]> {
    return this.#taken((done) => this.#parser.write(chunk, done));
  }

  async end(): Promise<readonly Found<CsvRow>[]> {
    const found = await this.#taken((done) => this.#parser.end(done));
    this.#endWrong();
    return [...found, ...this.#take()];
  }

  async #taken(give: (done: (error?: Error | null) => void) => void): Promise<readonly Found<CsvRow>[]> {
    await new Promise<void>((resolve, reject) => {
      this.#parser.once('error', reject);
      give((error) => (error ? reject(error) : resolve()));
    });
    this.#parser.removeAllListeners('error');
    if (this.#failure) throw this.#failure.cause;
    return this.#take();
  }

  #take(): readonly Found<CsvRow>[] {
    const found = this.#found;
    this.#found = [];
    return found;
  }

  #row(row: readonly string[], end: number, counted: number): void {
    this.#endWrong();
    const breaks = breaksIn(row);
    if (breaks.lines > 0) this.#countedTwice += breaks.crlf;
    const lines = counted - this.#countedTwice;
    const line = lines - breaks.lines;
    // Where the file is cut, such a row may be in two slices.
    if (breaks.lines > 0 && !this.#multiline) throw new UnreadableError(line, BREAK_IN_QUOTES);
    if (!this.columns) {
      if (row.some((name) => name.includes(REPLACED)))
        throw new SourceDataError(`The row of column names ${NOT_UTF8}.`);
      this.columns = columnsOf(row);
      return;
    }
    const problem = problemOf(row, this.columns.length);
    this.#found.push(
      problem === null ? { end, line, lines, value: this.#object(row, this.columns) } : { end, line, lines, problem },
    );
  }

  #object(row: readonly string[], columns: readonly string[]): CsvRow {
    // With a column called __proto__ it would be another object's.
    if (columns.includes('__proto__'))
      return Object.fromEntries(columns.map((column, place) => [column, row[place] ?? '']));
    const object: Record<string, string> = {};
    for (let place = 0; place < columns.length; place++) object[columns[place] ?? ''] = row[place] ?? '';
    return object;
  }

  /** The parser tells of errors where it meets them, and goes on to the row's end without another word. */
  #wrong(error: CsvError | undefined): undefined {
    // What ends the run first is what is named.
    if (this.#failure) return;
    const { record: row, field } = this.#parser.state;
    if (this.#problem?.row !== row) this.#endWrong();
    const counted = error instanceof CsvError && typeof error.lines === 'number' ? error.lines : 0;
    const line = this.#start.lines + counted - this.#countedTwice - breaksIn([...row, field.toString('utf8')]).crlf;
    const endless = ENDLESS.get(error?.code ?? '');
    if (endless !== undefined && !this.#multiline)
      throw new UnreadableError(line, `${endless}, or a value holds a line break, which multiline: false rules out`);
    if (endless !== undefined) throw new UnreadableError(line, endless);
    // The next row would be taken for the names of the columns.
    if (!this.columns) throw new UnreadableError(line, `${STRAY_QUOTE}, among the names of the columns`);
    this.#problem ??= { text: STRAY_QUOTE, line, row };
  }

  #endWrong(): void {
    if (!this.#problem) return;
    const { text, line, row } = this.#problem;
    this.#problem = null;
    const breaks = breaksIn(row);
    this.#countedTwice += breaks.crlf;
    if (breaks.lines > 0 && !this.#multiline) throw new UnreadableError(line, BREAK_IN_QUOTES);
    this.#found.push({ problem: text, line, lines: line, end: null });
  }
}

const STRAY_QUOTE = 'has a quote within a value that does not begin with one';

/** What leaves open where its row ends: the rows behind it could be read as anything, so none is, whatever is done with wrong rows. */
const ENDLESS = new Map([
  ['CSV_INVALID_CLOSING_QUOTE', 'has a quote within a quoted value that is not doubled'],
  ['CSV_QUOTE_NOT_CLOSED', 'ends the file within a quoted value: a quote before it is not closed'],
  [
    'CSV_MAX_RECORD_SIZE',
    `is the last of a row that is longer than ${SIZES.jsonBytes} bytes: a quote before it may not be closed`,
  ],
]);

const BREAK_IN_QUOTES = 'has a line break within quotes, which multiline: false rules out';

/** Null where nothing is wrong. Spreadsheets write empty values behind the last column. */
function problemOf(row: readonly string[], columns: number): string | null {
  if (row.length < columns) return `has ${row.length} values for ${columns} columns`;
  if (row.length > columns && row.slice(columns).some((value) => value !== '')) {
    return `has ${row.length} values for ${columns} columns`;
  }
  return row.some((value) => value.includes(REPLACED)) ? NOT_UTF8 : null;
}

/** Line breaks within the values of a row, and how many of them are CRLF. */
function breaksIn(row: readonly string[]): { readonly lines: number; readonly crlf: number } {
  let lines = 0;
  let crlf = 0;
  for (const value of row) {
    if (!/[\r\n]/.test(value)) continue;
    lines += value.split(/\r\n|[\r\n]/).length - 1;
    crlf += value.split('\r\n').length - 1;
  }
  return { lines, crlf };
}
