import * as z from 'zod';
import { show } from '../../domain/errors.ts';
import { handedOverName } from '../../domain/handed-over.ts';

/** No wildcard of a policy, which grants what a place names: the key itself. */
const OBJECT = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/([^*?$\p{Cc}]{1,900})$/u;

const isBeside = (path: string) =>
  !/^[a-z][a-z0-9+.-]*:|^[/\\]|\\|\0/i.test(path) && !path.split('/').includes('..') && path !== '';

/** All objects whose keys begin so: of a whole bucket where nothing stands before the slash. */
const PREFIX = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/((?:[^*?$\p{Cc}]{0,900}\/)?)$/u;

/** Whether a place is on S3, in a bucket of the user's: an object, or all below a prefix. */
export const isObject = (place: string) => place.startsWith('s3://');

/** Whether a place is all objects below a prefix. */
export const isPrefix = (place: string) => isObject(place) && place.endsWith('/');

/** A file's place for a message: as the definition or the user names it, who doesn't know where we keep what was handed over. */
export function placeWords(place: string): string {
  const name = handedOverName(place);
  return name === 'standard input' ? name : show(name?.file ?? place);
}

/** A prefix alone. */
export const prefixSchema = z
  .string()
  .regex(PREFIX, 'must be s3://bucket/prefix/, with a slash at its end and without *, ? and $');

/** Where a file may be that a source names. */
export const placeSchema = z
  .string()
  .refine(
    (place) => (isPrefix(place) ? PREFIX : isObject(place) ? OBJECT : null)?.test(place) ?? isBeside(place),
    'must be a path to a file beside the pipeline or below, such as ./companies.csv, or s3://bucket/key or s3://bucket/prefix/ without *, ? and $',
  )
  .optional();

/** Null for a text that is no object's place. */
export function placeOf(text: string): { bucket: string; key: string } | null {
  const [, bucket, key] = OBJECT.exec(text) ?? [];
  return bucket === undefined || key === undefined ? null : { bucket, key };
}

/** @throws {TypeError} for a place that is no object */
export function bucketAndKey(place: string): { bucket: string; key: string } {
  const found = placeOf(place);
  if (found === null) throw new TypeError(`${JSON.stringify(place)} is no object on S3.`);
  return found;
}

/** @throws {TypeError} for a place that is no prefix */
export function bucketAndPrefix(place: string): { bucket: string; prefix: string } {
  const [, bucket, prefix] = PREFIX.exec(place) ?? [];
  if (bucket === undefined || prefix === undefined) throw new TypeError(`${JSON.stringify(place)} is no prefix on S3.`);
  return { bucket, prefix };
}
