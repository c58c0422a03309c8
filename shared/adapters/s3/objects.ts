import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  NoSuchKey,
  PutObjectCommand,
  type S3Client,
  S3ServiceException,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { ObjectDeniedError, ObjectNotFoundError } from '../../domain/errors.ts';
import type { LinkedObjects } from '../../ports/objects.ts';
import { copyNewest } from './copy-newest.ts';
import { objectPlace } from './object-place.ts';
import { presignedUrl } from './presigned-url.ts';

/** S3 takes 10,000 parts of 5 MiB and more, and emulators requests of 11 MiB at most. */
const PART_BYTES = 8 * 1_048_576;
/** From this part on they are larger: an object is 360 GB at most. */
const [MANY_PARTS, LARGE_PART_BYTES] = [5_000, 64 * 1_048_576];

/** What an object says of itself. */
interface Kind {
  readonly ContentType: string | undefined;
  readonly ContentDisposition: string | undefined;
}

/** Objects under a prefix of a bucket. */
export function s3Objects(options: { client: S3Client; bucket: string; prefix: string }): LinkedObjects {
  const { client, bucket, prefix } = options;
  const at = (key: string) => ({ Bucket: bucket, Key: prefix + key });

  async function body(key: string, range?: { from: number; to: number }) {
    try {
      const { Body } = await client.send(
        new GetObjectCommand({ ...at(key), ...(range && { Range: `bytes=${range.from}-${range.to - 1}` }) }),
      );
      if (!Body) throw new ObjectNotFoundError(key);
      return Body;
    } catch (error) {
      if (error instanceof NoSuchKey) throw new ObjectNotFoundError(key);
      // Functions may not list the bucket (functions/*/deps.ts): to them S3 says this of a missing key.
      if (error instanceof S3ServiceException && error.name === 'AccessDenied') throw new ObjectDeniedError(key, error);
      throw error;
    }
  }

  async function uploadParts(key: string, first: Uint8Array, rest: AsyncGenerator<Uint8Array>, kind: Kind) {
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ ...at(key), ...kind }));
    const upload = { ...at(key), UploadId };
    try {
      const parts: { ETag: string | undefined; PartNumber: number }[] = [];
      let bytes = 0;
      for (let part: Uint8Array | undefined = first; part; part = (await rest.next()).value) {
        const PartNumber = parts.length + 1;
        const { ETag } = await client.send(new UploadPartCommand({ ...upload, PartNumber, Body: part }));
        parts.push({ ETag, PartNumber });
        bytes += part.length;
      }
      await client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts: parts } }));
      return { bytes };
    } catch (error) {
      await client.send(new AbortMultipartUploadCommand(upload)).catch(() => undefined);
      throw error;
    }
  }

  async function putParts(key: string, parts: AsyncGenerator<Uint8Array>, kind: Kind) {
    try {
      const { value: first = new Uint8Array() } = await parts.next();
      if (first.length >= PART_BYTES) return await uploadParts(key, first, parts, kind);
      await client.send(new PutObjectCommand({ ...at(key), Body: first, ...kind }));
      return { bytes: first.length };
    } finally {
      // A source that isn't read to its end may hold connections.
      await parts.return(undefined);
    }
  }

  return {
    async put(key, content, ContentType, ContentDisposition) {
      const pieces = [typeof content === 'string' ? Buffer.from(content) : content];
      await putParts(key, partsOf(pieces), { ContentType, ContentDisposition });
    },

    putStream: (key, content, ContentType, ContentDisposition) =>
      putParts(key, partsOf(content), { ContentType, ContentDisposition }),

    copyNewest: (from, { to, ...copy }) => copyNewest(client, bucket, prefix + from, prefix + to, copy),

    async get(key, range) {
      // S3 ignores a range that makes no sense, and would send everything.
      if (range && range.to <= range.from) return new Uint8Array();
      return (await body(key, range)).transformToByteArray();
    },

    place: (key) => objectPlace(client, at(key)),

    link: (key, seconds) => presignedUrl(client, at(key), seconds),

    async stream(key) {
      const stream = await body(key);
      return stream.transformToWebStream();
    },
  };
}

/** Chunks of any size, joined and cut to parts of exactly the size that each may have; the last one is shorter. */
async function* partsOf(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Uint8Array, undefined, undefined> {
  let gathered: Uint8Array[] = [];
  let bytes = 0;
  let parts = 0;
  for await (const chunk of chunks) {
    let rest = chunk;
    for (let size = partBytes(parts); bytes + rest.length >= size; size = partBytes(parts)) {
      const fits = size - bytes;
      yield joined([...gathered, rest.subarray(0, fits)], size);
      parts++;
      rest = rest.subarray(fits);
      gathered = [];
      bytes = 0;
    }
    if (rest.length > 0) gathered.push(rest);
    bytes += rest.length;
  }
  if (bytes > 0) yield joined(gathered, bytes);
}

const partBytes = (part: number) => (part < MANY_PARTS ? PART_BYTES : LARGE_PART_BYTES);

/** One piece is left where it is. */
const joined = ([first, ...others]: readonly Uint8Array[], bytes: number) =>
  first && others.length === 0 ? first : Buffer.concat(first ? [first, ...others] : [], bytes);
