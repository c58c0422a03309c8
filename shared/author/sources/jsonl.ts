import type * as z from 'zod';
import type { Json } from '../../domain/json.ts';
import { checkOptions, strictOptions } from '../options.ts';
import type { Source } from '../source.ts';
import { type Checked, checkedBy, type FileOptions, fileOptions } from './file-options.ts';
import { fileSource } from './file-source.ts';
import { JsonLinesReader } from './json-lines-reader.ts';
import { placeSchema } from './place.ts';
import type { Format } from './records.ts';

const optionsSchema = strictOptions({ ...fileOptions, place: placeSchema });

const FORMAT: Format<Json> = { endedBy: 'lf', open: async (_, start) => new JsonLinesReader(start) };

/**
 * The values of a file with a line of JSON for each, beside the pipeline or handed over at the start of a run (`--file`). Also gzip.
 * @param place a path that begins at the pipeline's folder, or `s3://bucket/key`; undefined where each run is handed a file
 * @throws {DefinitionError} naming each wrong option
 * @example
 * jsonl('./companies.jsonl', { schema: z.object({ name: z.string() }) });
 */
export function jsonl<S extends z.ZodType>(
  place: string | undefined,
  options: FileOptions<z.output<S>> & { readonly schema: S },
): Source<z.output<S>>;
export function jsonl(place?: string, options?: FileOptions<Json>): Source<Json>;
export function jsonl<S extends z.ZodType>(
  place?: string,
  options: FileOptions<Json> | (FileOptions<z.output<S>> & { readonly schema: S }) = {},
): Source<unknown> {
  checkOptions('source: jsonl', optionsSchema, { place, ...options });
  if ('schema' in options) return fileSource(place, FORMAT, checkedBy(options.schema), options);
  return fileSource(place, FORMAT, (item: Json): Checked<Json> => ({ item }), options);
}
