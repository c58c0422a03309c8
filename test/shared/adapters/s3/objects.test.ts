import { S3Client } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { s3Objects } from '../../../../shared/adapters/s3/objects.ts';
import { ObjectDeniedError } from '../../../../shared/domain/errors.ts';
import { muteServer } from '../mute-server.ts';

/** Objects of a bucket that answers every request with this error. */
async function failing(status: number, code: string) {
  await muteServer('S3', 0, (response) => {
    response.writeHead(status, { 'content-type': 'application/xml' });
    response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>no</Message></Error>`);
  });
  const client = new S3Client({ region: 'us-east-1', maxAttempts: 1 });
  return s3Objects({ client, bucket: 'bucket', prefix: 'runs/squares/' });
}

test('what S3 denies, as it does a missing key where the bucket may not be listed, says that it may have expired', async () => {
  const objects = await failing(403, 'AccessDenied');
  for (const read of [objects.get, objects.stream]) {
    const error: unknown = await read('march/manifest.json').catch((thrown) => thrown);
    expect(error).toBeInstanceOf(ObjectDeniedError);
    expect(error).toMatchObject({
      message: `The object under "march/manifest.json" can't be read: it may have expired, or access to it is missing.`,
      cause: { name: 'AccessDenied' },
    });
  }
});

test("what isn't about the object stays what it is", async () => {
  const objects = await failing(403, 'SignatureDoesNotMatch');
  await expect(objects.get('march/manifest.json')).rejects.toMatchObject({ name: 'SignatureDoesNotMatch' });
});
