import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { problemBody } from '../../../shared/domain/http-api/problems.ts';
import { runResource } from '../../../shared/domain/http-api/runs.ts';
import { type ApiWorld, apiWorld } from './api-world.ts';

const RUNS = '/pipelines/squares/runs';
let here: ApiWorld;
beforeEach(async () => {
  here = await apiWorld({ params: z.object({ year: z.number().default(2_026) }) });
});

const runIn = async (answer: Response) => runResource.parse(await answer.json());
const problemIn = async (answer: Response) => {
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  const problem = problemBody.parse(await answer.json());
  expect(problem.status).toBe(answer.status);
  return problem.type.replace('urn:problem-type:microprocess:', '');
};

describe('a run', () => {
  test('is accepted, goes on behind its address, and leads to its report', async () => {
    const accepted = await here.ask('POST', RUNS, { body: { id: 'march' } });
    expect(accepted.status).toBe(202);
    expect(accepted.headers.get('location')).toBe(`${RUNS}/march`);
    expect(accepted.headers.get('retry-after')).toBe('1');
    expect(await runIn(accepted)).toMatchObject({ id: 'march', status: 'planned', endedAt: null });
    expect(await problemIn(await here.ask('GET', `${RUNS}/march/report`))).toBe('not-ended');

    await here.world.runToEnd('march');
    const ended = await here.ask('GET', `${RUNS}/march`);
    expect(ended.status).toBe(200);
    const { progress, links } = await runIn(ended);
    expect(progress).toMatchObject({ total: 3, totalKnown: true, succeeded: 3, failed: 0 });
    const report = await here.ask('GET', links.rows ?? '');
    expect([report.status, report.headers.get('location')]).toEqual([
      303,
      'https://objects.example.com/march/report.csv?seconds=60',
    ]);
    expect(await here.deps.stores.acts.list(10)).toMatchObject([{ act: 'start', by: 'the user ada', run: 'march' }]);
  });

  test('is of the items that its request holds', async () => {
    await here.ask('POST', RUNS, { body: { id: 'own', items: [7, 8], params: { year: 1 } } });
    const record = await here.world.runToEnd('own');
    expect(record).toMatchObject({ trigger: 'api', params: { year: 1 }, counts: { total: 2, succeeded: 2 } });
  });

  test('is cancelled, also before its plan', async () => {
    await here.ask('POST', RUNS, { body: { id: 'march' } });
    const cancelled = await here.ask('DELETE', `${RUNS}/march`);
    expect([cancelled.status, (await runIn(cancelled)).status]).toEqual([202, 'closing']);
    const record = await here.world.runToEnd('march', here.world.now() + 30_000);
    expect([record.status, record.closed]).toEqual(['cancelled', 'cancelled']);
    const again = await here.ask('DELETE', `${RUNS}/march`);
    expect([again.status, (await runIn(again)).status]).toEqual([200, 'cancelled']);
    const acts = await here.deps.stores.acts.list(10);
    expect(acts.map(({ act }) => act).sort()).toEqual(['cancel', 'start']);
  });

  test('whose message was lost is taken up by the same request again', async () => {
    const { deps } = here;
    const request = { body: { id: 'march' } };
    await here.ask('POST', RUNS, request);
    await here.ask('POST', RUNS, request);
    await here.world.runToEnd('march');
    expect(await deps.stores.runs.list({ limit: 10 })).toHaveLength(1);
  });

  test('stands in its list', async () => {
    await here.ask('POST', RUNS, { body: { id: 'march' } });
    const list = await (await here.ask('GET', RUNS)).json();
    expect(list).toMatchObject({ runs: [{ id: 'march', status: 'planned', links: { self: `${RUNS}/march` } }] });
    expect(await (await here.ask('GET', '/pipelines')).json()).toEqual({
      pipelines: [{ name: 'squares', runs: RUNS }],
    });
  });
});

describe('a wait', () => {
  test('is answered with the result as soon as it is there', async () => {
    const since = here.world.now();
    const answer = await here.wait('POST', RUNS, { body: {}, prefer: 'wait=20' });
    expect([answer.status, answer.headers.get('preference-applied')]).toEqual([200, 'wait=20']);
    expect((await runIn(answer)).status).toBe('succeeded');
    expect(here.world.now() - since).toBeLessThan(10_000);
  });

  test('ends with 202 at its limit, which is 25 seconds at most', async () => {
    const slow = await apiWorld({}, 60_000);
    const since = slow.world.now();
    const answer = await slow.wait('POST', RUNS, { body: {}, prefer: 'respond-async, wait=90' });
    expect([answer.status, answer.headers.get('preference-applied')]).toEqual([202, 'wait=25']);
    expect(slow.world.now() - since).toBe(25_000);
    expect(answer.headers.get('location')).toBe((await runIn(answer)).links.self);
  });

  test('for one that is looked at is the same', async () => {
    await here.ask('POST', RUNS, { body: { id: 'march' } });
    expect((await here.wait('GET', `${RUNS}/march`, { prefer: 'wait=20' })).status).toBe(200);
  });
});

describe('an Idempotency-Key', () => {
  const start = (key: string, body: unknown, caller = 'ada') =>
    here.ask('POST', RUNS, { body, 'idempotency-key': key, 'x-caller': caller });

  test('is one run of its caller, whose body stays', async () => {
    const first = await runIn(await start('k', { limit: 1 }));
    expect((await runIn(await start('"k"', { limit: 1 }))).id).toBe(first.id);
    expect((await runIn(await start('k', { limit: 1 }, 'bob'))).id).not.toBe(first.id);
    const other = await start('k', { limit: 2 });
    expect([other.status, await problemIn(other)]).toEqual([422, 'key-reused']);
    expect(await here.deps.stores.runs.list({ limit: 10 })).toHaveLength(2);
  });

  test.each(['', ' ', 'a b', '\u00fc', 'x'.repeat(256)])('is refused as %j', async (key) => {
    expect((await start(key, {})).status).toBe(400);
  });

  test('is none beside an id', async () => {
    expect((await start('k', { id: 'march' })).status).toBe(400);
  });
});

describe('nothing is stored', () => {
  let untouched: ApiWorld;
  beforeAll(async () => {
    untouched = await apiWorld({ params: z.object({ year: z.number().default(2_026) }) });
  });

  test.each<[string, string, string, Record<string, unknown>, number, string]>([
    ['another pipeline', 'POST', '/pipelines/cubes/runs', { body: {} }, 404, 'pipeline-not-found'],
    ["a name that objects' prototypes have", 'GET', '/pipelines/constructor/runs', {}, 404, 'pipeline-not-found'],
    ['a run that is not there', 'GET', `${RUNS}/june`, {}, 404, 'run-not-found'],
    ['a run of another form', 'DELETE', `${RUNS}/..%2F..`, {}, 404, 'run-not-found'],
    ['another address', 'GET', '/nowhere', {}, 404, 'not-found'],
    ['another method', 'PUT', RUNS, { body: {} }, 405, 'method-not-allowed'],
    ['no JSON', 'POST', RUNS, { body: '{' }, 400, 'not-json'],
    ['JSON too deep', 'POST', RUNS, { body: '['.repeat(5_000) }, 400, 'bad-request'],
    ['another type', 'POST', RUNS, { body: '{}', 'content-type': 'text/plain' }, 415, 'unsupported-media-type'],
    ['too large a body', 'POST', RUNS, { body: `"${'x'.repeat(4 * 1_048_576)}"` }, 413, 'too-large'],
    ['an unknown field', 'POST', RUNS, { body: { file: '/etc/passwd' } }, 400, 'bad-request'],
    ['parameters of another type', 'POST', RUNS, { body: { params: { year: 'x' } } }, 400, 'bad-request'],
    ['no items', 'POST', RUNS, { body: { items: [] } }, 400, 'bad-request'],
    ['a caller without the right to start', 'POST', RUNS, { body: {}, 'x-caller': 'guest' }, 403, 'forbidden'],
    ['a caller without the right to cancel', 'DELETE', `${RUNS}/march`, { 'x-caller': 'guest' }, 403, 'forbidden'],
  ])('%s is refused', async (_, method, path, request, status, code) => {
    const answer = await untouched.ask(method, path, request);
    expect([answer.status, await problemIn(answer)]).toEqual([status, code]);
    expect(await untouched.deps.stores.runs.list({ limit: 10 })).toEqual([]);
    expect(untouched.objects.keys()).toEqual([]);
  });
});

test('the same id with other input is a conflict', async () => {
  await here.ask('POST', RUNS, { body: { id: 'march' } });
  expect(await problemIn(await here.ask('POST', RUNS, { body: { id: 'march', limit: 1 } }))).toBe('run-conflict');
});

test('who asks too often is told when to come again, and others are served', async () => {
  for (let i = 0; i < 100; i++) expect((await here.ask('GET', '/pipelines')).status).toBe(200);
  const refused = await here.ask('GET', '/pipelines');
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1']);
  expect((await here.ask('GET', '/pipelines', { 'x-caller': 'bob' })).status).toBe(200);
});

test('a failure of ours says nothing of itself, and is counted and logged', async () => {
  here.objects.link = async () => Promise.reject(new Error('secret'));
  await here.ask('POST', RUNS, { body: { id: 'march' } });
  await here.world.runToEnd('march');
  const answer = await here.ask('GET', `${RUNS}/march/report`);
  expect(answer.status).toBe(500);
  expect(await answer.text()).not.toContain('secret');
  expect(here.lines.map(({ message }) => message)).toContain('A request failed.');
});

test("the log has a line for each request, without its body or its address's words", async () => {
  await here.ask('POST', RUNS, { body: { id: 'march', items: ['Ada Lovelace'] } });
  await here.ask('GET', '/pipelines/Ada/runs/Lovelace?name=Ada');
  const answered = here.lines.filter(({ message }) => message === 'A request was answered.');
  expect(answered.map(({ fields }) => fields)).toMatchObject([
    { method: 'POST', route: '/pipelines/:pipeline/runs', status: 202, by: 'the user ada' },
    { method: 'GET', route: '/pipelines/:pipeline/runs/:run', status: 404, by: 'the user ada' },
  ]);
  expect(JSON.stringify(here.lines)).not.toContain('Lovelace');
});
