import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { Hono } from 'hono';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { jwtCaller } from '../../../functions/api/jwt.ts';
import { answerProblem, problemOf } from '../../../functions/api/problems.ts';

const ISSUER = 'https://login.example.com';
const SECOND = 1_000;

let server: Server;
let jwksUrl: string;
let keys: JWK[];
let first: CryptoKey;
let others: CryptoKey;
beforeAll(async () => {
  first = await newKey('first');
  keys = [published];
  others = await newKey('others');
  server = createServer((_, response) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  jwksUrl = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/jwks.json`;
});
afterAll(() => {
  server.close();
});

/** The public half of the key that was made last. */
let published: JWK;
async function newKey(kid: string): Promise<CryptoKey> {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  published = { ...(await exportJWK(publicKey)), kid, alg: 'ES256' };
  return privateKey;
}

interface Claims {
  readonly issuer?: string;
  readonly audience?: string;
  readonly subject?: string | null;
  readonly seconds?: number | null;
  readonly scope?: unknown;
  readonly kid?: string;
}
function tokenOf(key: CryptoKey, claims: Claims = {}): Promise<string> {
  const { issuer = ISSUER, audience = 'jobs', subject = 'ada', seconds = 60, scope, kid = 'first' } = claims;
  const token = new SignJWT({ scope })
    .setProtectedHeader({ alg: 'ES256', kid })
    .setIssuer(issuer)
    .setAudience(audience);
  if (subject !== null) token.setSubject(subject);
  if (seconds !== null) token.setExpirationTime(new Date(Date.now() + seconds * SECOND));
  return token.sign(key);
}

/** Who a request with a header is let in as. */
async function asks(identify: ReturnType<typeof jwtCaller>, authorization: string) {
  const app = new Hono();
  app.get('/', async (c) => {
    const { id, name, scopes } = await identify(c);
    return c.json({ id, name, scopes: [...scopes] });
  });
  app.onError((error, c) => answerProblem(c, problemOf(error)));
  const answer = await app.request('/', { headers: { authorization } });
  return { status: answer.status, body: await answer.json() };
}
const api = () => jwtCaller({ issuer: ISSUER, audience: 'jobs', jwksUrl, scopePrefix: 'jobs/' });

test("a token of the issuer's lets its subject in, with the scopes that it has here", async () => {
  const token = await tokenOf(first, { scope: 'jobs/read operate jobs/run openid' });
  expect(await asks(api(), `Bearer ${token}`)).toEqual({
    status: 200,
    body: { id: `["${ISSUER}","ada"]`, name: 'ada', scopes: ['read', 'run'] },
  });
});

test('any other is refused, and not told why', async () => {
  const identify = api();
  const [head = '', , signature = ''] = (await tokenOf(first)).split('.');
  const claims = Buffer.from(JSON.stringify({ iss: ISSUER, aud: 'jobs', sub: 'eve', exp: 9e9 })).toString('base64url');
  const none = Buffer.from('{"alg":"none"}').toString('base64url');
  const hmac = await new SignJWT({ sub: 'eve', iss: ISSUER, aud: 'jobs', exp: 9e9 })
    .setProtectedHeader({ alg: 'HS256', kid: 'first' })
    .sign(Buffer.from(JSON.stringify(keys[0])));
  const refused = [
    await tokenOf(others),
    await tokenOf(first, { issuer: 'https://evil.example' }),
    await tokenOf(first, { audience: 'others' }),
    await tokenOf(first, { seconds: -60 }),
    await tokenOf(first, { seconds: null }),
    await tokenOf(first, { subject: null }),
    `${head}.${claims}.${signature}`,
    `${none}.${claims}.`,
    hmac,
    'x.y.z',
    '',
  ];
  for (const token of refused) {
    const { status, body } = await asks(identify, `Bearer ${token}`);
    expect([token, status]).toEqual([token, 401]);
    expect(body).toEqual({ type: expect.any(String), title: expect.any(String), status: 401 });
  }
  expect((await asks(identify, `Basic ${await tokenOf(first)}`)).status).toBe(401);
});

test('an issuer that is away is no fault of the caller', async () => {
  const gone = jwtCaller({ issuer: ISSUER, audience: 'jobs', jwksUrl: 'http://127.0.0.1:1/', scopePrefix: '' });
  expect((await asks(gone, `Bearer ${await tokenOf(first)}`)).status).toBe(500);
});

test('a key that is new is fetched, without a deployment; one that nobody publishes is not asked for again and again', async () => {
  const [identify, patient] = [0, 30_000].map((ms) =>
    jwtCaller({ issuer: ISSUER, audience: 'jobs', jwksUrl, scopePrefix: '' }, ms),
  );
  if (!identify || !patient) throw new Error('There are two.');
  for (const each of [identify, patient]) expect((await asks(each, `Bearer ${await tokenOf(first)}`)).status).toBe(200);
  const second = `Bearer ${await tokenOf(await newKey('second'), { kid: 'second' })}`;
  expect((await asks(identify, second)).status).toBe(401);
  keys = [...keys, published];
  expect((await asks(identify, second)).status).toBe(200);
  expect((await asks(patient, second)).status).toBe(401);
});
