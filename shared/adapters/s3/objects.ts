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
import type { Objects } from '../../ports/objects.ts';

/** S3 takes parts of 5 MiB and more; 10,000 of these are 80 GB. */
const PART_BYTES = 8 * 1_048_576;

/** Objects under a prefix of a bucket. */
export function s3Objects(options: { client: S3Client; bucket: string; prefix: string }): Objects {
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

  async function uploadParts(key: string, first: Uint8Array, rest: AsyncIterator<Uint8Array>, contentType?: string) {
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ ...at(key), ContentType: contentType }));
    const upload = { ...at(key), UploadId };
    try {
      const parts: { ETag: string | undefined; PartNumber: number }[] = [];
      let bytes = 0;
      for (let part: Uint8Array | null = first; part; part = await nextPart(rest)) {
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

  return {
    async put(key, content, contentType) {
      await client.send(
        new PutObjectCommand({
          ...at(key),
          Body: typeof content === 'string' ? Buffer.from(content) : content,
          ContentType: contentType,
        }),
      );
    },

    async putStream(key, content, contentType) {
      const chunks = content[Symbol.asyncIterator]();
      try {
        const first = (await nextPart(chunks)) ?? new Uint8Array();
        if (first.length >= PART_BYTES) return await uploadParts(key, first, chunks, contentType);
        await client.send(new PutObjectCommand({ ...at(key), Body: first, ContentType: contentType }));
        return { bytes: first.length };
      } finally {
        // A source that isn't read to its end may hold connections.
        await chunks.return?.();
      }
    },

    async get(key, range) {
      // S3 ignores a range that makes no sense, and would send everything.
      if (range && range.to <= range.from) return new Uint8Array();
      return (await body(key, range)).transformToByteArray();
    },

    async stream(key) {
      const stream = await body(key);
      return stream.transformToWebStream();
    },
  };
}

/** Chunks joined to a part's size; null when the stream is at its end. */
async function nextPart(chunks: AsyncIterator<Uint8Array>): Promise<Uint8Array | null> {
  const gathered: Uint8Array[] = [];
  let bytes = 0;
  while (bytes < PART_BYTES) {
    const { done, value } = await chunks.next();
    if (done) break;
    gathered.push(value);
    bytes += value.length;
  }
  return bytes === 0 ? null : Buffer.concat(gathered, bytes);
}
