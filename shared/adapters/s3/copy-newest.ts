import { CopyObjectCommand, HeadObjectCommand, type S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import type { NewestCopy } from '../../ports/objects.ts';
import { eraseKeys, listKeys } from './erase-objects.ts';

/** Others copy to the same key only at the ends of their runs. */
const MOST_ROUNDS = 5;

/**
 * Copies an object within a bucket, where the one that is there is of the same order or an older one. The order stands in its metadata, and the
 * copy replaces only what was looked at.
 * @returns whether it was copied
 */
export async function copyNewest(
  client: S3Client,
  Bucket: string,
  from: string,
  Key: string,
  { order, run, contentType, disposition }: Omit<NewestCopy, 'to'>,
): Promise<boolean> {
  const CopySource = `${Bucket}/${from.split('/').map(encodeURIComponent).join('/')}`;
  for (let round = 1; ; round++) {
    const there = await headOf(client, Bucket, Key);
    if (there !== null && (there.Metadata?.order ?? '') > order) return false;
    try {
      await client.send(
        new CopyObjectCommand({
          Bucket,
          Key,
          CopySource,
          MetadataDirective: 'REPLACE',
          Metadata: { order, run },
          ContentType: contentType,
          ContentDisposition: disposition,
          ...(there === null ? { IfNoneMatch: '*' } : { IfMatch: there.ETag }),
        }),
      );
      return true;
    } catch (error) {
      const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
      // Another run has copied since.
      if ((status !== 412 && status !== 409) || round === MOST_ROUNDS) throw error;
    }
  }
}

/** Deletes the copies under a prefix that are of this run. */
export async function eraseCopies(client: S3Client, bucket: string, prefix: string, run: string): Promise<void> {
  const keys = await listKeys(client, bucket, prefix);
  const heads = await Promise.all(keys.map((key) => headOf(client, bucket, key)));
  await eraseKeys(
    client,
    bucket,
    keys.filter((_, i) => heads[i]?.Metadata?.run === run),
  );
}

/** Null where there is none; where the bucket may not be listed, S3 says 403 of that. */
async function headOf(client: S3Client, Bucket: string, Key: string) {
  try {
    return await client.send(new HeadObjectCommand({ Bucket, Key }));
  } catch (error) {
    const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
    if (status === 404 || status === 403) return null;
    throw error;
  }
}
