import * as z from 'zod';
import type { Json } from '../../domain/json.ts';
import { checkOptions, strictOptions } from '../options.ts';
import type { Source, SourceFiles } from '../source.ts';
import { documentsBelow } from './documents.ts';
import { type Checked, checkedBy, type FileOptions, fileOptions } from './file-options.ts';
import { fileSource } from './file-source.ts';
import { JsonArrayReader } from './json-array-reader.ts';
import { JsonDocumentReader } from './json-document-reader.ts';
import { isPrefix, placeSchema } from './place.ts';
import type { Format } from './records.ts';

/** Options of {@link json}. */
export interface JsonOptions<I> extends FileOptions<I> {
  /** True: each file is one JSON value, written over as many lines as it likes, and one item. False, the default: it is an array of the items. */
  readonly document?: boolean;
}

const optionsSchema = strictOptions({ ...fileOptions, place: placeSchema, document: z.boolean().optional() });

const ARRAY: Format<Json> = { open: async (_, start) => new JsonArrayReader(start) };
const DOCUMENT: Format<Json> = { open: async (_, start) => new JsonDocumentReader(start) };

/**
 * The elements of a JSON file that is one array, read one by one, beside the pipeline or handed over at the start of a run (`--file`). Also gzip.
 * A file that is no JSON ends the run, whatever `onBadRow` says: nothing tells how it goes on.
 * With `document: true` each file is one item: `s3://bucket/prefix/` reads all below it, up to 100,000.
 * @param place a path that begins at the pipeline's folder, `s3://bucket/key` or `s3://bucket/prefix/`; undefined where each run is handed a file
 * @throws {DefinitionError} naming each wrong option
 * @example
 * json('./companies.json', { schema: z.object({ name: z.string() }) });
 */
export function json<S extends z.ZodType>(
  place: string | undefined,
  options: JsonOptions<z.output<S>> & { readonly schema: S },
): Source<z.output<S>>;
export function json(place?: string, options?: JsonOptions<Json>): Source<Json>;
export function json<S extends z.ZodType>(
  place?: string,
  options: JsonOptions<Json> | (JsonOptions<z.output<S>> & { readonly schema: S }) = {},
): Source<unknown> {
  checkOptions('source: json', optionsSchema, { place, ...options });
  if ('schema' in options) return jsonSource(place, checkedBy(options.schema), options);
  return jsonSource(place, (item: Json): Checked<Json> => ({ item }), options);
}

function jsonSource<I>(
  place: string | undefined,
  check: (value: Json) => Checked<I>,
  options: JsonOptions<I>,
): Source<I> {
  if (!options.document) return fileSource(place, ARRAY, check, options);
  const one = (files?: SourceFiles) => fileSource(place, DOCUMENT, check, options, files);
  if (place === undefined || !isPrefix(place)) return one();
  return documentsBelow(place, one, { isCounted: options.where === undefined && options.onBadRow !== 'skip' });
}
