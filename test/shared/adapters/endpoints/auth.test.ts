import { createHash, createHmac } from 'node:crypto';
import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { signerFor } from '../../../../shared/adapters/endpoints/auth.ts';

const ACCESS_KEY = 'AKIDEXAMPLE';
const SECRET_KEY = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';

beforeEach(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', ACCESS_KEY);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', SECRET_KEY);
  vi.stubEnv('AWS_SESSION_TOKEN', undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();

const encoded = (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;

/** Signature Version 4 as AWS documents it, written anew from the description. */
function signatureOf(
  request: { method: string; path: string; headers: Record<string, string>; body: string },
  region: string,
) {
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value.trim()]),
  );
  const authorization = headers.authorization ?? '';
  const signedHeaders = /SignedHeaders=([^,]+),/.exec(authorization)?.[1] ?? '';
  const canonical = [
    request.method,
    // Encoded again, as it stands on the wire: for every service but S3.
    request.path.replace(/[^A-Za-z0-9\-._~/]/g, encoded),
    '',
    ...signedHeaders.split(';').map((name) => `${name}:${headers[name]}`),
    '',
    signedHeaders,
    sha256(request.body),
  ].join('\n');
  const date = headers['x-amz-date'] ?? '';
  const scope = `${date.slice(0, 8)}/${region}/lambda/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', date, scope, sha256(canonical)].join('\n');
  const key = scope.split('/').reduce<string | Buffer>((last, part) => hmac(last, part), `AWS4${SECRET_KEY}`);
  return {
    signedHeaders: signedHeaders.split(';'),
    authorization: `AWS4-HMAC-SHA256 Credential=${ACCESS_KEY}/${scope}, SignedHeaders=${signedHeaders}, Signature=${hmac(key, text).toString('hex')}`,
  };
}

const request = {
  method: 'POST',
  url: new URL('https://abc123.lambda-url.eu-west-1.on.aws/'),
  path: '/square',
  headers: { 'content-type': 'application/json', 'idempotency-key': 'squares.march.0-0.0.7' },
  body: '{"city":"Zürich"}',
};

test('the recomputation agrees with the vector AWS publishes for the signing key', () => {
  const parts = ['20150830', 'us-east-1', 'iam', 'aws4_request'];
  const key = parts.reduce<string | Buffer>(
    (last, part) => hmac(last, part),
    'AWS4wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  );
  expect(Buffer.from(key).toString('hex')).toBe('c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9');
});

test('a call is signed for Lambda in its region, over host, body and all of its headers', async () => {
  const headers = await signerFor('lambda', 'eu-west-1').sign(request);
  const expected = signatureOf({ ...request, headers }, 'eu-west-1');
  expect(headers.authorization).toBe(expected.authorization);
  expect(expected.signedHeaders).toEqual(
    expect.arrayContaining(['content-type', 'host', 'idempotency-key', 'x-amz-date']),
  );
  expect(headers).toMatchObject({
    ...request.headers,
    host: request.url.host,
    // An endpoint of a web function refuses a call without it.
    'x-amz-content-sha256': sha256(request.body),
  });
});

test('another body, path or header has another signature', async () => {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 3), toFake: ['Date'] });
  try {
    const signer = signerFor('lambda', 'eu-west-1');
    const requests = [
      request,
      { ...request, body: '{}' },
      { ...request, path: '/cube' },
      { ...request, method: 'PUT' },
      { ...request, headers: { ...request.headers, 'idempotency-key': 'other' } },
      { ...request, url: new URL('https://other.lambda-url.eu-west-1.on.aws/') },
    ];
    const signed = await Promise.all(requests.map(async (each) => (await signer.sign(each)).authorization));
    expect(new Set(signed).size).toBe(requests.length);
    expect((await signer.sign(request)).authorization).toBe(signed[0]);
  } finally {
    vi.useRealTimers();
  }
});

test.each(['/gr%C3%B6%C3%9Fe', '/a%2Fb', "/a=b;c@d!$&'()*+,:"])('the path %s is signed as it is sent', async (path) => {
  const headers = await signerFor('lambda', 'eu-west-1').sign({ ...request, path });
  expect(headers.authorization).toBe(signatureOf({ ...request, path, headers }, 'eu-west-1').authorization);
});

test.each(['/', '/a//b/', '/a?b=1&a=%20x&b=0&c', '/%C3%A9?q=%26%3D%2B~&Q=(1)*', '/a?'])(
  'the target %s is signed as the SDK does it',
  async (target) => {
    const headers = { accept: 'application/json', 'x-spaces': '  a  b ', 'user-agent': 'none', Mixed: 'Case' };
    const signed = await signerFor('execute-api', 'eu-west-1').sign({ ...request, path: target, headers });
    const [path = '', search] = target.split('?');
    const query: Record<string, string[]> = {};
    for (const [name, value] of new URLSearchParams(search)) query[name] = [...(query[name] ?? []), value];
    const sdk = new SignatureV4({
      service: 'execute-api',
      region: 'eu-west-1',
      credentials: { accessKeyId: ACCESS_KEY, secretAccessKey: SECRET_KEY },
      sha256: Sha256,
    });
    const { hostname } = request.url;
    const of = { method: 'POST', protocol: 'https:', hostname, path, query, body: request.body };
    const at = (signed['x-amz-date'] ?? '').replace(/(....)(..)(..)T(..)(..)(..)Z/, '$1-$2-$3T$4:$5:$6Z');
    const expected = await sdk.sign({ ...of, headers: { ...headers, host: hostname } }, { signingDate: new Date(at) });
    expect(signed.authorization).toBe(expected.headers.authorization);
  },
);

test("a function's session token goes along", async () => {
  vi.stubEnv('AWS_SESSION_TOKEN', 'session');
  const headers = await signerFor('lambda', 'eu-west-1').sign(request);
  expect(headers['x-amz-security-token']).toBe('session');
  expect(headers.authorization).toBe(signatureOf({ ...request, headers }, 'eu-west-1').authorization);
});

test('a host with a port is signed with it', async () => {
  const local = { ...request, url: new URL('http://127.0.0.1:8080') };
  const headers = await signerFor('lambda', 'eu-west-1').sign(local);
  expect(headers.host).toBe('127.0.0.1:8080');
  expect(headers.authorization).toBe(signatureOf({ ...local, headers }, 'eu-west-1').authorization);
});
