import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { s3Objects } from '../../shared/adapters/s3/objects.ts';
import { handedOverKey } from '../../shared/domain/handed-over.ts';
import type { Stack } from './stack.ts';

/**
 * Puts a file into a stage's bucket, named by its content: the same file again is the same object, and a run that was started with it can be
 * started again. The bucket deletes it as it does what runs left.
 * @returns its place
 */
export async function upload(file: string, { resources, region }: Stack, pipeline: string): Promise<string> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(file)) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  const place = handedOverKey({ digest: hash.digest('base64url'), bytes }, basename(file));
  const client = new S3Client({ region });
  try {
    const objects = s3Objects({ client, bucket: resources.objects, prefix: `runs/${pipeline}/` });
    await objects.putStream(place, createReadStream(file));
    return place;
  } finally {
    client.destroy();
  }
}
