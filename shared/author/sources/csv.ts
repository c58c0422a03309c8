import * as z from 'zod';
import { checkOptions, strictOptions } from '../options.ts';
import type { Source } from '../source.ts';
import type { CsvRow } from './csv-reader.ts';
import { type Checked, checkedBy, type FileOptions, fileOptions } from './file-options.ts';
import { fileSource } from './file-source.ts';
import { placeSchema } from './place.ts';
import type { Format } from './records.ts';

/** Options of {@link csv}. */
export interface CsvOptions<I> extends FileOptions<I> {
  /** Between two values; a comma where absent. */
  readonly delimiter?: string;
  /** Around a value; null for none. A double quote where absent. */
  readonly quote?: string | null;
  /** Names of the columns, where the file doesn't begin with them. */
  readonly header?: readonly string[];
  /** A label such as `windows-1252` or `utf-16le`; UTF-8 where absent. */
  readonly encoding?: string;
  /**
   * False promises that no value holds a line break: the file is then cut into slices that are read in parallel. One that holds a line break
   * within quotes all the same ends the run, with its line. Default true.
   */
  readonly multiline?: boolean;
}

const DELIMITER = ',';
const QUOTE = '"';

const character = z.string().regex(/^[^\r\n]$/, 'must be one character');
const optionsSchema = strictOptions({
  ...fileOptions,
  place: placeSchema,
  delimiter: character.optional(),
  quote: character.nullable().optional(),
  header: z.array(z.string()).min(1, 'must name a column').optional(),
  encoding: z.string().refine(isEncoding, 'must be a label of an encoding, such as windows-1252').optional(),
  multiline: z.boolean().optional(),
}).refine(({ delimiter = DELIMITER, quote = QUOTE }) => delimiter !== quote, {
  path: ['delimiter'],
  message: 'must be another character than quote',
});

/**
 * The rows of a CSV file beside the pipeline, or of one that is handed over at the start of a run (`--file`), which is read instead. Also gzip.
 * A row is an object of texts by column, or what `schema` makes of it.
 * @param place a path that begins at the pipeline's folder, or `s3://bucket/key`; undefined where each run is handed a file
 * @throws {DefinitionError} naming each wrong option
 * @example
 * csv('./companies.csv', { schema: z.object({ name: z.string(), employees: z.coerce.number() }) });
 */
export function csv<S extends z.ZodType>(
  place: string | undefined,
  options: CsvOptions<z.output<S>> & { readonly schema: S },
): Source<z.output<S>>;
export function csv(place?: string, options?: CsvOptions<CsvRow>): Source<CsvRow>;
export function csv<S extends z.ZodType>(
  place?: string,
  options: CsvOptions<CsvRow> | (CsvOptions<z.output<S>> & { readonly schema: S }) = {},
): Source<unknown> {
  checkOptions('source: csv', optionsSchema, { place, ...options });
  const format = formatOf(options);
  if ('schema' in options) return fileSource(place, format, checkedBy(options.schema), options);
  return fileSource(place, format, (item: CsvRow): Checked<CsvRow> => ({ item }), options);
}

function formatOf({
  delimiter = DELIMITER,
  quote = QUOTE,
  header,
  encoding,
  multiline = true,
}: CsvOptions<never>): Format<CsvRow> {
  return {
    encoding,
    endedBy: multiline ? undefined : 'any',
    // Loaded where a file is read: a forwarder needs no parser.
    open: async (begin, start) => {
      const { csvReader } = await import('./csv-reader.ts');
      return csvReader({ delimiter, quote, header: header ?? null, multiline }, begin, start);
    },
  };
}

function isEncoding(label: string): boolean {
  try {
    new TextDecoder(label);
    return true;
  } catch {
    return false;
  }
}
