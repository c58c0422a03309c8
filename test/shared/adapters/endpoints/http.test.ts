import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createTcpServer, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { Pool } from 'undici';
import { afterEach, describe, expect, test } from 'vitest';
import { exchange } from '../../../../shared/adapters/endpoints/exchange.ts';
import { calling, pipelineOf, request } from './calling.ts';

const { listeners, serving, answering, callerOf } = calling();
afterEach(() => listeners.close());

describe('an answer', () => {
  test.each([
    ['JSON', 200, { 'content-type': 'application/json; charset=utf-8' }, '{"n":49}', { isJson: true }],
    ['a kind of JSON', 200, { 'content-type': 'application/problem+json' }, '{}', { isJson: true }],
    ['text', 200, { 'content-type': 'text/plain' }, 'ok', { isJson: false }],
    ['text that only speaks of JSON', 200, { 'content-type': 'text/x-jsonish' }, 'ok', { isJson: false }],
    ['no content type', 200, {}, 'ok', { isJson: false }],
    ['nothing', 204, {}, '', { isJson: false }],
    ['an error of the caller', 404, { 'content-type': 'application/json' }, '{"title":"Not found"}', { isJson: true }],
    ['an error of the service', 500, {}, 'oops', { isJson: false }],
    ['a wish to wait', 429, { 'retry-after': '120' }, '', { retryAfter: '120' }],
    ['a refusal by AWS', 403, { 'x-amzn-ErrorType': 'AccessDeniedException' }, '{}', { fromAws: true }],
    ['more than ASCII', 200, {}, 'Zürich 東京 🛫', { isJson: false }],
  ])('%s', async (_, status, headers, body, expected) => {
    const url = await answering((response) => response.writeHead(status, headers).end(body));
    const result = await callerOf(url).call(request());
    expect(result).toEqual({
      kind: 'answer',
      httpStatus: status,
      body,
      isJson: false,
      retryAfter: null,
      date: expect.stringMatching(/GMT$/),
      fromAws: false,
      ms: expect.any(Number),
      ...expected,
    });
  });

  test('that redirects is not followed: hosts come from the definition, never from an answer', async () => {
    const visited: (string | undefined)[] = [];
    const elsewhere = await answering((response, { url: path }) => {
      visited.push(path);
      response.end();
    });
    const url = await answering((response) => response.writeHead(307, { location: `${elsewhere}/stolen` }).end());
    expect(await callerOf(url).call(request())).toMatchObject({ kind: 'answer', httpStatus: 307 });
    expect(visited).toEqual([]);
  });
});

describe('too large an answer', () => {
  test('is known by its announced length, before it is read', async () => {
    const url = await answering((response) => response.writeHead(200, { 'content-length': '100000000' }).write('x'));
    expect(await callerOf(url).call(request())).toMatchObject({ kind: 'failure', reason: 'response-too-large' });
  });

  test('is cut off where it never ends, and its connection with it', async () => {
    let onClose = () => {};
    const closed = new Promise<void>((resolve) => {
      onClose = resolve;
    });
    let written = 0;
    const url = await answering((response) => {
      response.on('close', onClose);
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(1_000))) written += 1_000;
      };
      response.on('drain', more);
      more();
    });
    expect(await callerOf(url).call(request())).toMatchObject({ kind: 'failure', reason: 'response-too-large' });
    await closed;
    expect(written).toBeLessThan(50_000_000);
  });

  test('does not spoil the calls beside it or after it', async () => {
    const url = await answering((response, { headers }) => {
      if (headers['microprocess-child'] === '0-0.0.0')
        response.writeHead(200, { 'content-length': '5000' }).end('x'.repeat(5_000));
      else response.end('ok');
    });
    const caller = callerOf(url, { connections: 1 });
    const children = ['0-0.0.0', '0-0.0.1', '0-0.0.0', '0-0.0.2'];
    const results = await Promise.all(children.map((child) => caller.call(request({ child }))));
    expect(results.map(({ kind }) => kind)).toEqual(['failure', 'answer', 'failure', 'answer']);
  });

  test('of exactly the limit is none', async () => {
    const url = await answering((response) => response.end('x'.repeat(1_000)));
    expect(await callerOf(url).call(request())).toMatchObject({ kind: 'answer', body: 'x'.repeat(1_000) });
    const larger = await answering((response) => response.end('x'.repeat(1_001)));
    expect(await callerOf(larger).call(request())).toMatchObject({ reason: 'response-too-large' });
  });
});

describe('no answer', () => {
  test('in time', async () => {
    const url = await answering(() => undefined);
    expect(
      await callerOf(url, { pipeline: pipelineOf('squares', { timeoutSeconds: 0.05 }) }).call(request()),
    ).toMatchObject({
      kind: 'failure',
      reason: 'timeout',
    });
  });

  test('in time, after its first bytes', async () => {
    const url = await answering((response) => response.writeHead(200).write('{'));
    expect(
      await callerOf(url, { pipeline: pipelineOf('squares', { timeoutSeconds: 0.05 }) }).call(request()),
    ).toMatchObject({
      kind: 'failure',
      reason: 'timeout',
    });
  });

  test('in time, waiting for a connection: it is not made later either, and the next one is', async () => {
    const made: (string | undefined)[] = [];
    let held: ServerResponse | undefined;
    let onHeld = () => {};
    const arrival = new Promise<void>((resolve) => {
      onHeld = resolve;
    });
    const url = await answering((response, { url: path }) => {
      made.push(path);
      if (path !== '/held') return response.end('ok');
      held = response;
      return onHeld();
    });
    const pool = new Pool(url, { connections: 1, pipelining: 1 });
    listeners.closing(() => pool.destroy());
    const get = (path: string, timeoutMs: number) =>
      exchange(pool, { method: 'GET', path }, { timeoutMs, maxResponseBytes: 1_000 });
    const first = get('/held', 20_000);
    await arrival;
    await expect(get('/late', 20)).rejects.toMatchObject({ reason: 'timeout' });
    held?.end('ok');
    expect(await first).toMatchObject({ body: 'ok' });
    expect(await get('/next', 20_000)).toMatchObject({ body: 'ok' });
    expect(made).toEqual(['/held', '/next']);
  });

  test('from a port that nobody listens at', async () => {
    const server = createTcpServer();
    const url = await listeners.listen(server);
    await new Promise((resolve) => server.close(resolve));
    expect(await callerOf(url).call(request())).toMatchObject({ kind: 'failure', reason: 'connection-refused' });
  });

  test('to a body that HTTP can not carry', async () => {
    const url = await answering((response) => response.end());
    const caller = callerOf(url);
    expect(await caller.call(request({ run: 'a\nb' }))).toMatchObject({ kind: 'failure', reason: 'bad-request' });
  });
});

test('a call says who it is, and keeps its key over attempts and redrives', async () => {
  const seen: IncomingMessage['headers'][] = [];
  const bodies: string[] = [];
  const paths: (string | undefined)[] = [];
  const url = await serving(async (incoming, response) => {
    seen.push(incoming.headers);
    paths.push(`${incoming.method} ${incoming.url}`);
    let body = '';
    for await (const chunk of incoming) body += chunk;
    bodies.push(body);
    response.end();
  });
  const caller = callerOf(url);
  await caller.call(request({ run: 'march' }));
  await caller.call(request({ run: 'march', attempt: 2 }));
  await caller.call(request({ run: 'march~2' }));
  expect(paths).toEqual(Array(3).fill('POST /square'));
  expect(bodies).toEqual(Array(3).fill('{"n":7}'));
  expect(seen[0]).toMatchObject({
    'content-type': 'application/json',
    'content-length': '7',
    'microprocess-pipeline': 'squares',
    'microprocess-run': 'march',
    'microprocess-child': '0-0.0.7',
    'microprocess-attempt': '1',
  });
  expect(seen.map((headers) => headers['microprocess-attempt'])).toEqual(['1', '2', '1']);
  expect(new Set(seen.map((headers) => headers['idempotency-key'])).size).toBe(1);
  const traces = seen.map(({ traceparent }) => /^00-([0-9a-f]{32})-([0-9a-f]{16})-00$/.exec(String(traceparent)));
  const [first, second, redriven] = traces.map((trace) => trace?.[1]);
  expect(first).toMatch(/^[0-9a-f]{32}$/);
  // One trace a run, one span a call.
  expect(second).toBe(first);
  expect(redriven).not.toBe(first);
  expect(new Set(traces.map((trace) => trace?.[2])).size).toBe(3);
});

test('a batch names its children, and has a key of its own that is always the same for them', async () => {
  const seen: IncomingMessage['headers'][] = [];
  const url = await answering((response, { headers }) => {
    seen.push(headers);
    response.end();
  });
  const caller = callerOf(url);
  for (const batch of [['0-0.0.7', '0-0.0.8'], ['0-0.0.7', '0-0.0.8'], ['0-0.0.7', '0-0.0.9'], ['0-0.0.7']])
    await caller.call(request({ batch }));
  expect(seen.map((headers) => headers['microprocess-children'])).toEqual([
    ...['0-0.0.7,0-0.0.8', '0-0.0.7,0-0.0.8', '0-0.0.7,0-0.0.9', '0-0.0.7'],
  ]);
  expect(seen.some((headers) => 'microprocess-child' in headers)).toBe(false);
  const [first, again, other, alone] = seen.map((headers) => headers['idempotency-key']);
  expect(first).toMatch(/^squares\.march\.[0-9a-f]{40}$/);
  expect(again).toBe(first);
  expect(other).not.toBe(first);
  expect(alone).toBe('squares.march.0-0.0.7');
});

test('headers of the request go along, but none takes the place of what says whose call it is', async () => {
  let seen: IncomingMessage['headers'] = {};
  const url = await answering((response, { headers }) => {
    seen = headers;
    response.end();
  });
  const headers = {
    'X-Tenant': 'a',
    'Idempotency-Key': 'mine',
    'MICROPROCESS-CHILD': '9-9.9.9',
    'microprocess-run': 'april',
    Traceparent: 'none',
  };
  await callerOf(url).call(request({ headers }));
  expect(seen).toMatchObject({
    'x-tenant': 'a',
    'idempotency-key': 'squares.march.0-0.0.7',
    'microprocess-child': '0-0.0.7',
    'microprocess-run': 'march~2',
    traceparent: expect.stringMatching(/^00-/),
  });
});

test('runs of the same id in two pipelines have keys of their own', async () => {
  const keys: unknown[] = [];
  const url = await answering((response, { headers }) => {
    keys.push(headers['idempotency-key']);
    response.end();
  });
  await callerOf(url).call(request());
  await callerOf(url, { pipeline: pipelineOf('cubes') }).call(request());
  await callerOf(url).call(request({ child: '0-0.0.8' }));
  expect(new Set(keys).size).toBe(3);
});

test.each([
  ['', '/square'],
  ['/', '/square'],
  ['/base', '/base/square'],
  ['/base/', '/base/square'],
])("the URL's own path %j stays in front", async (base, path) => {
  const paths: string[] = [];
  const url = await answering((response, { method, url: asked }) => {
    paths.push(`${method} ${asked}`);
    response.end();
  });
  await callerOf(url + base).call(request({ method: 'PUT' }));
  expect(paths).toEqual([`PUT ${path}`]);
});

test('connections are kept, and no more are open than allowed', async () => {
  const sockets = new Set<Socket>();
  let open = 0;
  let most = 0;
  const url = await serving((incoming, response) => {
    sockets.add(incoming.socket);
    most = Math.max(most, ++open);
    incoming.resume();
    incoming.on('end', () =>
      setImmediate(() => {
        open--;
        response.end('ok');
      }),
    );
  });
  const caller = callerOf(url, { connections: 3 });
  await Promise.all(Array.from({ length: 60 }, () => caller.call(request())));
  expect(sockets.size).toBeLessThanOrEqual(3);
  expect(most).toBeLessThanOrEqual(3);
});

test('a signer signs what is sent; one that fails is a failed call, not an exception', async () => {
  const seen: IncomingMessage['headers'][] = [];
  const url = await answering((response, { headers }) => {
    seen.push(headers);
    response.end();
  });
  const signed: unknown[] = [];
  const signer = {
    async sign(to: { method: string; url: URL; path: string; headers: Record<string, string>; body: string }) {
      signed.push([to.method, to.url.host, to.path, to.body]);
      return { ...to.headers, authorization: 'AWS4 …'.slice(0, 4) };
    },
  };
  await callerOf(`${url}/base`, { signer }).call(request());
  expect(signed).toEqual([['POST', new URL(url).host, '/base/square', '{"n":7}']]);
  expect(seen[0]).toMatchObject({ authorization: 'AWS4', 'microprocess-run': 'march~2' });

  const broken = { sign: async () => Promise.reject(new Error('no credentials')) };
  expect(await callerOf(url, { signer: broken }).call(request())).toMatchObject({ kind: 'failure', reason: 'network' });
  expect(seen).toHaveLength(1);
});

test.each([
  ['a line break', { 'x-key': 'a\nb' }],
  ['a header that the client keeps for itself', { expect: 'key' }],
])(
  'a call that HTTP cannot carry fails at once, each time, and keeps no other from being made: %s',
  async (_, headers) => {
    let arrive = (_: ServerResponse) => {};
    const arrived = new Promise<ServerResponse>((resolve) => {
      arrive = resolve;
    });
    const url = await answering((response, { url: path }) => {
      if (path === '/slow') arrive(response);
      else response.end();
    });
    const caller = callerOf(url, { connections: 2 });
    const underWay = caller.call(request({ path: '/slow' }));
    for (let times = 0; times < 3; times++)
      expect(await caller.call(request({ headers }))).toMatchObject({ kind: 'failure', reason: 'bad-request' });
    expect(await caller.call(request())).toMatchObject({ kind: 'answer', httpStatus: 200 });
    (await arrived).end();
    expect(await underWay).toMatchObject({ kind: 'answer', httpStatus: 200 });
  },
);

describe('a large answer asks for room before it is read', () => {
  const large = 'x'.repeat(200_000);
  const pipeline = pipelineOf('squares', { maxResponseBytes: 300_000 });
  test.each<[what: string, answer: (response: ServerResponse) => void, asked: number | null]>([
    [
      'of an announced length',
      (response) => response.writeHead(200, { 'content-length': 200_000 }).end(large),
      200_000,
    ],
    ['of no announced length', (response) => response.writeHead(200).write(large, () => response.end()), 300_000],
    [
      'that unpacks to as much',
      (response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(large)),
      1_032 * gzipSync(large).length,
    ],
    ['a small one asks for none', (response) => response.writeHead(200).end('x'.repeat(60_000)), null],
  ])('%s', async (_, answer, asked) => {
    const url = await answering(answer);
    const asks: number[] = [];
    let grant = () => {};
    const isAsked = new Promise<void>((resolve) => {
      grant = resolve;
    });
    let give = () => {};
    const room = {
      take(bytes: number) {
        asks.push(bytes);
        grant();
        return new Promise<void>((resolve) => {
          give = resolve;
        });
      },
    };
    let isRead = false;
    const calling = callerOf(url, { pipeline }).call({ ...request(), room });
    void calling.then(() => {
      isRead = true;
    });
    if (asked !== null) {
      await isAsked;
      expect(isRead).toBe(false);
      give();
    }
    const read = await calling;
    expect(read).toMatchObject({ kind: 'answer', httpStatus: 200 });
    expect(read.kind === 'answer' && read.body.length).toBe(asked === null ? 60_000 : 200_000);
    expect(asks).toEqual(asked === null ? [] : [asked]);
  });

  test('time goes on while it waits', async () => {
    const url = await answering((response) => response.writeHead(200, { 'content-length': 200_000 }).end(large));
    const timed = pipelineOf('squares', { maxResponseBytes: 300_000, timeoutSeconds: 0.05 });
    const never = { take: () => new Promise<void>(() => undefined) };
    const caller = callerOf(url, { pipeline: timed });
    expect(await caller.call({ ...request(), room: never })).toMatchObject({ kind: 'failure', reason: 'timeout' });
  });
});
