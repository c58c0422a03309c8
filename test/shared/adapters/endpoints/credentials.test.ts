import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { credentialsOf } from '../../../../shared/adapters/endpoints/credentials.ts';
import { httpCaller } from '../../../../shared/adapters/endpoints/http.ts';
import { fromEnvironment, Secrets } from '../../../../shared/adapters/endpoints/secrets.ts';
import { endpointSchema } from '../../../../shared/author/endpoint.ts';
import { Listeners } from '../../listeners.ts';

const listeners = new Listeners();
afterEach(() => listeners.close());

const SECRET = 'tOp-sEcret-7';
const endpointOf = (over: object) => endpointSchema.parse({ name: 'scores', path: '/score', ...over });
const secrets = (value = SECRET) => new Secrets(async () => value);

test.each([
  ['bearer', { type: 'bearer', secret: 'a' }, 'authorization', `Bearer ${SECRET}`],
  ['a key', { type: 'apiKey', secret: 'a' }, 'x-api-key', SECRET],
  ['a key in another header', { type: 'apiKey', secret: 'a', header: 'X-Token' }, 'x-token', SECRET],
  ['basic', { type: 'basic', secret: 'a' }, 'authorization', `Basic ${Buffer.from(SECRET).toString('base64')}`],
])('%s is a header of each call', async (_, auth, header, value) => {
  const credentials = credentialsOf(endpointOf({ auth }), secrets(`${SECRET}\n`));
  expect(await credentials?.headersOf('key', '{}')).toEqual({ [header]: value });
});

test('a signature is of the id, the time and the body, as Standard Webhooks has it', async () => {
  const key = Buffer.from('a key of some bytes');
  const credentials = credentialsOf(endpointOf({ hmac: { secret: 'a' } }), secrets(`whsec_${key.toString('base64')}`));
  const headers = (await credentials?.headersOf('scores.march.0-0.0.7', '{"n":7}')) ?? {};
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.{"n":7}`;
  expect(headers['webhook-id']).toBe('scores.march.0-0.0.7');
  expect(Number(headers['webhook-timestamp'])).toBeCloseTo(Date.now() / 1_000, -1);
  expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
});

test('an endpoint without any has none, and one of a service takes none', () => {
  expect(credentialsOf(endpointOf({}), secrets())).toBeNull();
  expect(credentialsOf(endpointOf({ auth: { type: 'iam', service: 'execute-api' } }), secrets())).toBeNull();
  const { error } = endpointSchema.safeParse({ service: 'a', path: '/', auth: { type: 'bearer', secret: 'a' } });
  expect(error?.issues).toMatchObject([{ path: ['auth'], message: expect.stringContaining('goes with url and name') }]);
});

test('what a service quotes of a secret is not in its answer, plain or encoded', async () => {
  const url = await listeners.listen(
    createServer(({ headers }, response) => response.writeHead(401).end(`not ${headers.authorization}, ${SECRET}`)),
  );
  const endpoint = endpointOf({ auth: { type: 'basic', secret: 'a' } });
  const credentials = credentialsOf(endpoint, secrets());
  const caller = httpCaller({ url, connections: 1, signer: null, credentials, pipeline: { name: 'scores', endpoint } });
  const request = {
    run: 'a',
    root: 'a',
    child: '0-0.0.0',
    attempt: 1,
    method: 'POST',
    path: '/',
    headers: {},
    body: '1',
  };
  expect(await caller.call(request)).toMatchObject({ httpStatus: 401, body: 'not Basic …, …' });
  await caller.close();
});

describe('a secret', () => {
  test('is fetched once in five minutes, and anew where the service refuses it, but not with each call', async () => {
    let now = 0;
    let fetched = 0;
    const kept = new Secrets(
      async () => `v${++fetched}`,
      () => now,
    );
    expect([await kept.read('a'), await kept.read('a')]).toEqual(['v1', 'v1']);
    now = 4 * 60_000;
    expect(await kept.read('a')).toBe('v1');
    now = 5 * 60_000;
    expect(await kept.read('a')).toBe('v2');
    expect(await kept.renew('a')).toBe(false);
    now += 11_000;
    expect(await kept.renew('a')).toBe(true);
    expect(await kept.renew('a')).toBe(false);
    expect([await kept.read('a'), fetched]).toEqual(['v3', 3]);
  });

  test('that could not be fetched is tried again', async () => {
    let fails = true;
    const flaky = new Secrets(async () => {
      if (fails) throw new Error('no network');
      return SECRET;
    });
    await expect(flaky.read('a')).rejects.toThrow('no network');
    fails = false;
    expect(await flaky.read('a')).toBe(SECRET);
  });

  test('comes out of a variable on a machine', async () => {
    expect(await fromEnvironment({ SECRET_SCORES_API_KEY: SECRET })('scores/api-key')).toBe(SECRET);
    await expect(fromEnvironment({})('scores/api-key')).rejects.toThrow('SECRET_SCORES_API_KEY');
  });
});

describe('calls of an endpoint with a secret', () => {
  const request = {
    run: 'r',
    root: 'r',
    child: '0-0.0.0',
    attempt: 1,
    method: 'POST',
    path: '/score',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  };

  /** A service that lets in who has `valid`, and says nothing of what it got. */
  async function calling(fetch: () => Promise<string>, valid: () => string) {
    let calls = 0;
    const url = await listeners.listen(
      createServer(({ headers }, response) => {
        calls++;
        response.writeHead(headers.authorization === `Bearer ${valid()}` ? 200 : 401).end('{}');
      }),
    );
    let now = 0;
    const endpoint = endpointOf({ auth: { type: 'bearer', secret: 'scores/token' } });
    const credentials = credentialsOf(endpoint, new Secrets(fetch, () => now));
    const caller = httpCaller({ url, connections: 1, signer: null, credentials, pipeline: { name: 'p', endpoint } });
    listeners.closing(() => caller.close());
    return { call: () => caller.call(request), calls: () => calls, pass: (ms: number) => (now += ms) };
  }

  test('are let in again after a rotation, within the same call', async () => {
    let current = SECRET;
    const { call, calls, pass } = await calling(
      async () => current,
      () => current,
    );
    expect(await call()).toMatchObject({ httpStatus: 200 });
    current = 'rotated';
    pass(11_000);
    expect(await call()).toMatchObject({ httpStatus: 200 });
    expect(calls()).toBe(3);
  });

  test('that are refused for good end as the service said, and tell no secret', async () => {
    const { call, calls, pass } = await calling(
      async () => SECRET,
      () => 'another',
    );
    pass(11_000);
    const result = await call();
    expect(result).toMatchObject({ kind: 'answer', httpStatus: 401 });
    expect(calls()).toBe(1);
    expect(JSON.stringify(result)).not.toContain(SECRET);
  });

  test.each(['a\nb', 'a\r\nx-b: c', 'a\u0000b', 'a\u007fb', 'a…b'])(
    'whose secret is %j are not made',
    async (secret) => {
      const { call, calls } = await calling(
        async () => secret,
        () => secret,
      );
      expect(await call()).toMatchObject({ kind: 'failure', reason: 'no-credentials' });
      expect(calls()).toBe(0);
    },
  );

  test('whose secret is not there are failed calls, not exceptions', async () => {
    const { call } = await calling(
      async () => {
        throw new Error(`no ${SECRET}`);
      },
      () => SECRET,
    );
    const result = await call();
    expect(result).toMatchObject({ kind: 'failure', reason: 'no-credentials' });
    expect(JSON.stringify(result)).not.toContain(SECRET);
  });
});
