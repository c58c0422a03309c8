import { createHash, createHmac } from 'node:crypto';
import { S3Client } from '@aws-sdk/client-s3';
import { expect, test, vi } from 'vitest';
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

test('a link is signed with the rights of the client, for a while, and asks nobody', async () => {
  vi.useFakeTimers({ now: Date.UTC(2026, 0, 2, 3, 4, 5), toFake: ['Date'] });
  const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 'a+/=' };
  const client = new S3Client({ region: 'eu-west-1', credentials });
  const { link } = s3Objects({ client, bucket: 'bucket', prefix: 'runs/squares/' });
  const url = new URL(await link('march/report.html', 60));
  vi.useRealTimers();
  expect(url.origin + url.pathname).toBe('https://bucket.s3.eu-west-1.amazonaws.com/runs/squares/march/report.html');
  const { 'X-Amz-Signature': signature, ...signed } = Object.fromEntries(url.searchParams);
  expect(signed).toEqual({
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD',
    'X-Amz-Credential': 'AKIDEXAMPLE/20260102/eu-west-1/s3/aws4_request',
    'X-Amz-Date': '20260102T030405Z',
    'X-Amz-Expires': '60',
    'X-Amz-Security-Token': 'a+/=',
    'X-Amz-SignedHeaders': 'host',
  });
  expect(signature).toBe(signatureOf(url, signed));
});

/** As AWS's documentation has it: "Authenticating Requests: Using Query Parameters". */
function signatureOf({ host, pathname }: URL, signed: Readonly<Record<string, string>>): string {
  const query = Object.keys(signed)
    .sort()
    .map((name) => `${name}=${encodeURIComponent(signed[name] ?? '')}`);
  const request = ['GET', pathname, query.join('&'), `host:${host}`, '', 'host', 'UNSIGNED-PAYLOAD'].join('\n');
  const scope = ['20260102', 'eu-west-1', 's3', 'aws4_request'];
  const digest = createHash('sha256').update(request).digest('hex');
  const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
  const key = scope.reduce<string | Buffer>(hmac, 'AWS4secret');
  return hmac(key, ['AWS4-HMAC-SHA256', '20260102T030405Z', scope.join('/'), digest].join('\n')).toString('hex');
}
