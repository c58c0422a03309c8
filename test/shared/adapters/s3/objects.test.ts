import { createHash, createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
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

test.each([
  [
    'eu-west-1',
    'https://console.aws.amazon.com/s3/object/bucket?region=eu-west-1&prefix=runs%2Fsquares%2Fmarch%2Freport.csv',
  ],
  [
    'cn-north-1',
    'https://console.amazonaws.cn/s3/object/bucket?region=cn-north-1&prefix=runs%2Fsquares%2Fmarch%2Freport.csv',
  ],
])('people find an object of %s in its console', async (region, page) => {
  const { place } = s3Objects({
    client: new S3Client({ region, credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' } }),
    bucket: 'bucket',
    prefix: 'runs/squares/',
  });
  expect(await place('march/report.csv')).toEqual({ uri: 's3://bucket/runs/squares/march/report.csv', console: page });
});

test('no console shows the objects of another endpoint', async () => {
  expect(await (await failing(500, 'InternalError')).place('march/report.csv')).toBeNull();
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
/** Objects of a bucket that answers with these, in turn; what it was asked. */
async function answering(
  ...answers: readonly { readonly status: number; readonly headers?: object; readonly body?: string }[]
) {
  const asked: IncomingMessage[] = [];
  await muteServer('S3', 0, (response) => {
    asked.push(response.req);
    const { status, headers, body } = answers[asked.length - 1] ?? { status: 500 };
    response.writeHead(status, { ...headers }).end(body);
  });
  const client = new S3Client({ region: 'us-east-1', maxAttempts: 1, forcePathStyle: true });
  return { asked, objects: s3Objects({ client, bucket: 'bucket', prefix: 'runs/squares/' }) };
}

const COPY = { to: 'latest/report.csv', order: '2', run: 'may', contentType: 'text/csv', disposition: 'attachment' };
const DONE = { status: 200, body: '<CopyObjectResult><ETag>"c"</ETag></CopyObjectResult>' };
const there = (order: string, etag: string) => ({ status: 200, headers: { etag, 'x-amz-meta-order': order } });

test('a copy replaces only what it looked at: where another run was faster, it looks again', async () => {
  const { asked, objects } = await answering({ status: 404 }, { status: 412 }, there('1', '"b"'), DONE);
  expect(await objects.copyNewest('may/report.csv', COPY)).toBe(true);
  const conditions = asked.map(({ method, headers }) => [method, headers['if-none-match'], headers['if-match']]);
  expect(conditions).toEqual([
    ['HEAD', undefined, undefined],
    ['PUT', '*', undefined],
    ['HEAD', undefined, undefined],
    ['PUT', undefined, '"b"'],
  ]);
  expect(asked[3]?.headers).toMatchObject({
    'x-amz-copy-source': 'bucket/runs/squares/may/report.csv',
    'x-amz-metadata-directive': 'REPLACE',
    'x-amz-meta-order': '2',
    'x-amz-meta-run': 'may',
    'content-type': 'text/csv',
    'content-disposition': 'attachment',
  });
});

test('a copy leaves what a newer run has copied meanwhile', async () => {
  const { asked, objects } = await answering({ status: 403 }, { status: 409 }, there('3', '"b"'));
  expect(await objects.copyNewest('may/report.csv', COPY)).toBe(false);
  expect(asked).toHaveLength(3);
});

test('what is put says what a browser does with it', async () => {
  const { asked, objects } = await answering({ status: 200 });
  await objects.put('may/report.csv', 'a', 'text/csv', 'attachment; filename="a.csv"');
  expect(asked[0]?.headers['content-disposition']).toBe('attachment; filename="a.csv"');
});
