import * as z from 'zod';
import { SourceDataError, show } from '../../domain/errors.ts';
import { callable, checkOptions, strictOptions } from '../options.ts';
import type { Source, SourceFiles } from '../source.ts';
import { prefixSchema } from './place.ts';
import { isWanted } from './sift.ts';

/** One object on S3, as the source {@link objects} has it. */
export interface ObjectItem {
  readonly bucket: string;
  readonly key: string;
  readonly bytes: number;
  /** With its quotes, as `If-Match` takes it. */
  readonly etag: string;
}

/** Options of {@link objects}. */
export interface ObjectsOptions {
  /** Objects that are wanted; the others are no children. */
  readonly where?: (item: ObjectItem) => boolean;
}

const optionsSchema = strictOptions({ prefix: prefixSchema, where: callable().optional() });
const keyOf = z.string();

/**
 * The objects below a prefix, each an item: its place, size and ETag, and not what it holds, which is the service's to read. By the order
 * of their keys; one that comes while a run is split is an item where its key lies ahead.
 * @param prefix `s3://bucket/prefix/`
 * @throws {DefinitionError} naming each wrong option
 * @example
 * objects('s3://invoices/2026/', { where: ({ key }) => key.endsWith('.pdf') });
 */
export function objects(prefix: string, options: ObjectsOptions = {}): Source<ObjectItem> {
  checkOptions('source: objects', optionsSchema, { prefix, ...options });
  return objectsOver(prefix, options);
}

function objectsOver(prefix: string, options: ObjectsOptions, files?: SourceFiles): Source<ObjectItem> {
  const { where } = options;
  return {
    needs: { lists: [prefix] },
    over: (given) => objectsOver(prefix, options, given),
    async *read({ cursor }) {
      const listed = files?.list?.(prefix, cursor === null ? null : keyOf.parse(cursor));
      if (!listed) throw new SourceDataError(`${show(prefix)} is on S3, which is not read from here.`);
      for await (const { bucket, key, bytes, etag } of listed) {
        const item = { bucket, key, bytes, etag };
        if (isWanted(where, item, () => show(`s3://${bucket}/${key}`))) yield { item, cursor: key };
      }
    },
  };
}
