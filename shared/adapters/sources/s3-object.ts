import {
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  type S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import type { PinnedFile, SourceFiles, StoredObject } from '../../author/source.ts';
import { bucketAndKey, bucketAndPrefix } from '../../author/sources/place.ts';
import { SourceChangedError, SourceDataError, SourceMissingError, show } from '../../domain/errors.ts';
import { compressionOf, decompressed, MAGIC_BYTES } from './decompress.ts';
import { pieces } from './pieces.ts';

/** Objects in buckets of the user's. */
export function s3Files(client: S3Client): SourceFiles {
  return {
    look: (place) => lookAtObject(client, place),
    read: (file, from, to) => readObject(client, file, from, to),
    list: (prefix, after) => listObjects(client, prefix, after),
  };
}

/** Pins an object by its ETag. */
async function lookAtObject(client: S3Client, place: string): Promise<PinnedFile> {
  const { bucket: Bucket, key: Key } = bucketAndKey(place);
  try {
    const { ETag: version = '', ContentLength: bytes = 0 } = await client.send(new HeadObjectCommand({ Bucket, Key }));
    const file = { place, version, bytes, compressed: null };
    const first = await piece(client, file, 0, Math.min(MAGIC_BYTES, bytes));
    return { ...file, compressed: compressionOf(first) };
  } catch (error) {
    // Without the right to list the bucket, S3 answers the same for an object that isn't there.
    const refusal = `${show(place)} isn't there, or may not be read.`;
    if (statusOf(error) === 404) throw new SourceMissingError(refusal);
    if (statusOf(error) === 403) throw new SourceDataError(refusal);
    throw error;
  }
}

/** Objects below a prefix; without the empty ones that consoles make for folders. */
async function* listObjects(client: S3Client, place: string, after: string | null): AsyncGenerator<StoredObject> {
  const { bucket, prefix } = bucketAndPrefix(place);
  let token: string | undefined;
  do {
    const page: ListObjectsV2CommandOutput = await client
      .send(
        new ListObjectsV2Command({
          Bucket: bucket,
          Prefix: prefix,
          ...(token !== undefined ? { ContinuationToken: token } : after !== null && { StartAfter: after }),
        }),
      )
      .catch((error: unknown) => {
        if (statusOf(error) === 403 || statusOf(error) === 404)
          throw new SourceDataError(`${show(place)} isn't there, or may not be listed.`);
        throw error;
      });
    for (const { Key: key = '', Size: bytes = 0, ETag: etag = '' } of page.Contents ?? [])
      if (!key.endsWith('/')) yield { bucket, key, bytes, etag };
    token = page.NextContinuationToken;
  } while (token !== undefined);
}

/** Reads a pinned object, in pieces that S3 gives only while it is the one that was pinned. */
function readObject(client: S3Client, file: PinnedFile, from: number, to = file.bytes): AsyncIterable<Uint8Array> {
  const get = (start: number, end: number) => piece(client, file, start, end);
  return file.compressed
    ? decompressed(pieces(get, 0, file.bytes), file, from, to)
    : pieces(get, from, Math.min(to, file.bytes));
}

async function piece(client: S3Client, { place, version }: PinnedFile, from: number, to: number): Promise<Uint8Array> {
  if (to <= from) return new Uint8Array();
  const { bucket: Bucket, key: Key } = bucketAndKey(place);
  try {
    const { Body } = await client.send(
      new GetObjectCommand({ Bucket, Key, IfMatch: version, Range: `bytes=${from}-${to - 1}` }),
    );
    return (await Body?.transformToByteArray()) ?? new Uint8Array();
  } catch (error) {
    if (statusOf(error) === 412 || statusOf(error) === 404) throw new SourceChangedError(place);
    throw error;
  }
}

const statusOf = (error: unknown) => (error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined);
