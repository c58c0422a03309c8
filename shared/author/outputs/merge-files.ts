import * as z from 'zod';
import { OutputError } from '../../domain/errors.ts';
import type { Row } from '../../domain/row.ts';
import { synchronous } from '../../domain/synchronous.ts';
import { type Column, columnName, reads } from '../columns.ts';
import { checkOptions, strictOptions } from '../options.ts';
import type { Output } from '../output.ts';
import { prefixSchema } from '../sources/place.ts';
import { commonOf, type OutputOptions, outputOptions } from './options.ts';
import { received } from './received.ts';
import { TextFile } from './text-file.ts';

/** Options of {@link mergeFiles}. */
export interface MergeFilesOptions<I, R> extends OutputOptions<I, R> {
  /**
   * A child's text. Default: its result. An empty one adds nothing. Of a child that succeeded anything else ends the run as `output-failed`;
   * another child may have no value.
   */
  readonly of?: Column<I, R>;
  /**
   * `s3://bucket/prefix/` of files that the service puts there: a text that begins so is the place of one, whose content is merged. A file that
   * is compressed is unpacked. Not with `partitionBy`.
   */
  readonly files?: string;
  /** Stands at the file's start. */
  readonly header?: string;
  /** Stands behind each text that doesn't end in it. Default a line break. */
  readonly separator?: string;
  /** Of the file. Default `txt`. */
  readonly extension?: string;
  readonly contentType?: string;
  /** Compresses the files. */
  readonly gzip?: boolean;
}

const optionsSchema = strictOptions({
  ...outputOptions,
  of: columnName.optional(),
  files: prefixSchema.optional(),
  header: z.string().max(100_000).optional(),
  separator: z.string().max(1_000).optional(),
  extension: z
    .string()
    .regex(/^[A-Za-z0-9]{1,16}$/, 'must be up to 16 letters and digits')
    .optional(),
  contentType: z.string().max(200).optional(),
  gzip: z.boolean().optional(),
}).refine(({ files, partitionBy }) => files === undefined || partitionBy === undefined, {
  path: ['files'],
  message: 'goes without partitionBy: of many files each is held in memory',
});

/**
 * One file of all children's texts, in the order of the source: lines of CSV, SQL, logs, whatever the service answers.
 * @throws {DefinitionError} naming each wrong option
 */
export function mergeFiles<I = unknown, R = unknown>(options: MergeFilesOptions<I, R> = {}): Output<I, R> {
  checkOptions('outputs: mergeFiles', optionsSchema, options);
  const { of, files, separator = '\n', header, extension = 'txt', gzip } = options;
  const { contentType = 'text/plain; charset=utf-8' } = options;
  const read = of === undefined ? ({ result }: Row<I, R>) => result : reads(of, 'result').of;
  const where = of === undefined ? 'as its result' : `in ${JSON.stringify(typeof of === 'string' ? of : of.name)}`;
  const textOf = (row: Row<I, R>) => {
    const text: unknown = synchronous('of', read(row));
    if (text === '') return null;
    if (typeof text !== 'string') {
      // Under `rows: 'all'` there are children that have no answer.
      if ((text === undefined || text === null) && row.status !== 'SUCCEEDED') return null;
      throw new OutputError(`child ${row.id} has ${received(text)} ${where}, and mergeFiles merges texts`);
    }
    return text.endsWith(separator) ? text : `${text}${separator}`;
  };
  const placeOf = (row: Row<I, R>) => {
    const text: unknown = synchronous('of', read(row));
    return typeof text === 'string' && files !== undefined && text.startsWith(files) ? text : null;
  };
  return {
    ...commonOf(options),
    extension,
    contentType,
    gzip,
    includes: files === undefined ? undefined : { below: files, placeOf, separator },
    open: () => new TextFile(textOf, header),
  };
}
