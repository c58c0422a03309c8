import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import * as z from 'zod';
import { definePipeline } from '../../../shared/author/definition.ts';
import { statistics } from '../../../shared/author/reducers/statistics.ts';
import { list } from '../../../shared/author/sources/list.ts';
import { type ApiError, type ClientOptions, createClient } from '../../../shared/client/client.ts';
import { type ApiWorld, apiWorld } from '../../functions/api/api-world.ts';

interface City {
  readonly n: number;
}
const params = z.object({ year: z.number().default(2_026) });
const definition = definePipeline({
  name: 'squares',
  params,
  source: list((): City[] => [{ n: 1 }]),
  endpoint: { service: 'squares', path: '/square' },
  reduce: statistics<City, { readonly n: number }>({ value: 'n', label: 'n', columns: ['n'] }),
  tasks: {},
});

const URL_OF_API = 'https://api.example.com/';
const HOUR_MS = 3_600_000;
let here: ApiWorld;
/** What stands before the real API, a request each: an answer in its place, or a connection that is lost. */
let before: (Response | Error)[];
/** Answers of the real API that are lost on their way. */
let lost: number;
let asked: { readonly request: Request; readonly at: number }[];

beforeEach(async () => {
  here = await apiWorld({ tasks: {}, params });
  before = [];
  asked = [];
  lost = 0;
  vi.stubGlobal('fetch', async (url: URL, init: RequestInit) => {
    asked.push({ request: new Request(url, init), at: Date.now() });
    const instead = before.shift();
    if (instead instanceof Error) throw instead;
    if (instead) return instead;
    const answer = await here.app.request(`${url.pathname}${url.search}`, init);
    if (lost-- > 0) throw new TypeError('fetch failed');
    return answer;
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const clientOf = (over: Partial<ClientOptions> = {}) =>
  createClient({ url: URL_OF_API, token: 'of-ada', ...over }).pipeline<typeof definition>('squares');
const at = (ms: number) => new Date(here.world.now() + ms);
const failure = (call: Promise<unknown>): Promise<ApiError> =>
  call.then(
    () => expect.unreachable(),
    (thrown: ApiError) => thrown,
  );
/** Lets the pipeline's time pass until a call is answered. */
async function worked<T>(call: Promise<T>): Promise<T> {
  let isOver = false;
  const settled = call.finally(() => {
    isOver = true;
  });
  await here.world.host.run({ until: () => isOver, limit: here.world.now() + HOUR_MS });
  return settled;
}
/** Lets the client's own waiting pass at once. */
async function passing<T>(call: Promise<T>): Promise<T> {
  let isOver = false;
  const settled = call.finally(() => {
    isOver = true;
  });
  settled.catch(() => undefined);
  while (!isOver) await vi.advanceTimersByTimeAsync(1_000);
  return settled;
}

test('a run is started, waited for and shown; another one is cancelled', async () => {
  const { runs } = clientOf();
  const started = await runs.start({ params: { year: 2_027 }, items: [{ n: 7 }] });
  expect(started).toMatchObject({ pipeline: 'squares', status: 'planned' });
  const ended = await worked(runs.wait(started.id));
  expect(ended).toMatchObject({ id: started.id, status: 'succeeded', progress: { total: 1, succeeded: 1 } });
  expect(await runs.get(started.id)).toEqual(ended);

  await runs.start({ id: 'other' });
  expect((await runs.cancel('other')).status).toBe('closing');
  expect((await worked(runs.start({ id: 'third' }, { waitSeconds: 20 }))).status).toBe('succeeded');
  expect(asked.every(({ request }) => request.headers.get('authorization') === 'Bearer of-ada')).toBe(true);
});

test('a task is created, moved, listed and cancelled; one that is due now is a call with its answer', async () => {
  const { tasks } = clientOf();
  const created = await tasks.create({ id: 'one', executeAt: at(HOUR_MS), item: { n: 1 } });
  expect(created).toMatchObject({ id: 'one', state: 'pending', item: { n: 1 } });
  const later = at(2 * HOUR_MS);
  expect((await tasks.move('one', later)).executeAt).toBe(later.toISOString());
  expect((await tasks.cancel('one')).state).toBe('CANCELLED');
  expect(await failure(tasks.move('one', later))).toMatchObject({ status: 409, code: 'task-has-ended' });

  const { id } = await tasks.create({ executeAt: 0, item: { n: 5 } });
  const ended = await worked(tasks.wait(id));
  expect(ended.outcome?.result?.n).toBe(5);
  expect(await tasks.get(id)).toEqual(ended);
});

test('of several tasks each has an answer, and a list goes on behind its page', async () => {
  const { tasks } = clientOf();
  await tasks.create({ id: 'b', executeAt: at(HOUR_MS), item: { n: 0 } });
  const requests = ['a', 'b', 'c'].map((id, n) => ({ id, executeAt: at(HOUR_MS), item: { n: n + 1 } }));
  const answers = await tasks.createAll(requests);
  expect(answers).toMatchObject([{ task: { id: 'a' } }, { id: 'b', error: { code: 'task-conflict' } }, { id: 'c' }]);
  const listed: number[] = [];
  for await (const { item } of tasks.list({ pageSize: 2, from: at(0) })) listed.push(item.n);
  expect(listed.sort()).toEqual([0, 1, 3]);
  expect(await tasks.cancelAll(['a', 'x'])).toMatchObject([
    { task: { state: 'CANCELLED' } },
    { error: { code: 'task-not-found' } },
  ]);
});

test('a refusal says its kind, and what is wrong', async () => {
  const { runs } = clientOf();
  expect(await failure(runs.get('none'))).toMatchObject({ name: 'ApiError', status: 404, code: 'run-not-found' });
  // @ts-expect-error: the definition types the parameters
  const wrong = await failure(runs.start({ params: { year: 'x' } }));
  expect(wrong).toMatchObject({ status: 400, code: 'bad-request', detail: expect.stringContaining('year') });
  before = [Response.json({ Message: 'Forbidden' }, { status: 403 }), new Response('<html>')];
  expect(await failure(runs.get('none'))).toMatchObject({ status: 403, code: null });
  expect(await failure(runs.get('none'))).toMatchObject({ status: 200, code: null });
  expect(() => createClient({ url: 'api.example.com', token: 't' })).toThrow(TypeError);
});

test("the caller's key is one run, whose input stays", async () => {
  const { runs } = clientOf();
  const first = await runs.start({ limit: 1 }, { idempotencyKey: 'k' });
  expect((await runs.start({ limit: 1 }, { idempotencyKey: 'k' })).id).toBe(first.id);
  expect(await failure(runs.start({ limit: 2 }, { idempotencyKey: 'k' }))).toMatchObject({ code: 'key-reused' });
});

test('what got no answer is sent again, and done once: after Retry-After where that is said', async () => {
  vi.useFakeTimers();
  const { runs, tasks } = clientOf();
  lost = 1;
  before = [
    new Response('', { status: 429, headers: { 'retry-after': '20' } }),
    new Response('', { status: 503, headers: { 'retry-after': '10' } }),
  ];
  await passing(runs.start());
  expect(await here.deps.stores.runs.list({ limit: 10 })).toHaveLength(1);
  expect(asked).toHaveLength(4);
  const [first = 0, second = 0, third = 0] = asked.map(({ at }) => at);
  expect([second - first >= 20_000, third - second >= 10_000]).toEqual([true, true]);

  lost = 1;
  await passing(tasks.createAll([{ executeAt: at(HOUR_MS), item: { n: 1 } }]));
  lost = 1;
  await passing(tasks.create({ executeAt: at(HOUR_MS), item: { n: 2 } }));
  expect((await here.deps.calls.list({ state: 'DUE', limit: 10 })).calls).toHaveLength(2);
});

test('it gives up when its patience is over, or its caller leaves', async () => {
  vi.useFakeTimers();
  const dead = () => Array.from({ length: 50 }, () => new TypeError('fetch failed'));
  before = dead();
  const gone = await failure(passing(clientOf({ patienceSeconds: 10 }).runs.get('a')));
  expect(gone).toMatchObject({ status: null, code: null, cause: { message: 'fetch failed' } });
  expect(asked.length).toBeGreaterThan(3);
  before = dead();
  const leaving = new AbortController();
  const call = clientOf().runs.wait('a', { signal: leaving.signal });
  leaving.abort(new Error('leaving'));
  expect(await failure(call)).toMatchObject({ message: 'leaving' });
});

test('a wait sleeps through what one held request is too short for', async () => {
  vi.useFakeTimers();
  const { runs } = clientOf();
  const { id } = await runs.start();
  const view = await runs.get(id);
  const since = Date.now();
  const held = { 'retry-after': '60', 'preference-applied': 'wait=25' };
  const answered = { 'retry-after': '3' };
  before = [held, answered].map((headers) => Response.json(view, { status: 202, headers }));
  before.push(Response.json(view));
  asked = [];
  await passing(runs.wait(id));
  expect(asked.map(({ at }) => at - since)).toEqual([0, 35_000, 38_000]);
  expect(asked.map(({ request }) => request.headers.get('prefer'))).toEqual(Array(3).fill('wait=25'));
});

test('a request is signed for the function, with the credentials of that moment', async () => {
  const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 'session' };
  const url = 'https://abc.lambda-url.eu-west-1.on.aws/';
  const client = createClient({ url, sign: { region: 'eu-west-1', credentials: async () => credentials } });
  await client.pipeline('squares').tasks.create({ id: 'a', executeAt: 0, item: 'Zürich' });
  const [{ request } = expect.unreachable()] = asked;
  const { authorization = '', ...headers } = Object.fromEntries(request.headers);
  const date = headers['x-amz-date'] ?? '';
  const reference = new SignatureV4({ credentials, region: 'eu-west-1', service: 'lambda', sha256: Sha256 });
  const { host: hostname, pathname: path } = new URL(request.url);
  const signed = await reference.sign(
    {
      ...{ method: 'POST', protocol: 'https:', hostname, path, body: await request.text() },
      headers: { ...headers, host: hostname },
    },
    { signingDate: new Date(date.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z')) },
  );
  expect(authorization).toBe(signed.headers.authorization);
});
