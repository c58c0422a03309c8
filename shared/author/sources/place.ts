import * as z from 'zod';

/** No wildcard of a policy, which grants what a place names: the key itself. */
const OBJECT = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/([^*?$\p{Cc}]{1,900})$/u;

const isBeside = (path: string) =>
  !/^[a-z][a-z0-9+.-]*:|^[/\\]|\\|\0/i.test(path) && !path.split('/').includes('..') && path !== '';

/** Whether a place is an object on S3, in a bucket of the user's. */
export const isObject = (place: string) => place.startsWith('s3://');

/** Where a file may be that a source names. */
export const placeSchema = z
  .string()
  .refine(
    (place) => (isObject(place) ? OBJECT.test(place) : isBeside(place)),
    'must be a path to a file beside the pipeline or below, such as ./companies.csv, or s3://bucket/key without *, ? and $',
  )
  .optional();

/** @throws {TypeError} for a place that is no object */
export function bucketAndKey(place: string): { bucket: string; key: string } {
  const [, bucket, key] = OBJECT.exec(place) ?? [];
  if (bucket === undefined || key === undefined) throw new TypeError(`${JSON.stringify(place)} is no object on S3.`);
  return { bucket, key };
}
