import { beforeEach, describe, expect, test } from 'vitest';
import { childBody } from '../../../cli/console/child-page.ts';
import { failuresBody } from '../../../cli/console/failures-page.ts';
import { LISTED } from '../../../cli/console/looks.ts';
import { requestWords } from '../../../cli/console/request-words.ts';
import { call } from '../../../shared/author/call.ts';
import { readGate } from '../../../shared/control/limits.ts';
import { startRun } from '../../../shared/control/start.ts';
import { InputError } from '../../../shared/domain/errors.ts';
import { NO_COUNTS } from '../../../shared/domain/run.ts';
import { testDeps, testPipeline } from '../../shared/support.ts';
import { askedConsole, PORT } from './asked.ts';

const HOSTILE = `"><script>x()</script><b hx-get='/'>`;

/** A console of one pipeline with one run, and of another that isn't deployed. */
function world(over: Parameters<typeof testPipeline>[0] = {}) {
  const deps = testDeps(testPipeline({ callback: { withinHours: 1 }, ...over }));
  const asked: string[] = [];
  const recorded: string[] = [];
  const act = (name: string) => async (run: string) => void asked.push(`${name} ${run}`);
  const asking = askedConsole({
    place: 'on a test',
    isDeployed: false,
    pollMs: 10,
    pipelines: [deps.pipeline.name, 'absent'],
    async open(name) {
      if (name !== deps.pipeline.name) throw new InputError(`No pipeline ${name}: ${HOSTILE}`);
      return {
        deps,
        isWorkedOn: true,
        start: (request) => startRun(deps, request, 'cli'),
        redrive: async (run) => ({ runId: `${run}~2`, status: 'planned', created: true }),
        cancel: act('cancel'),
        resume: act('resume'),
        record: async ({ act, run, detail = '' }) => void recorded.push(`${act} ${run ?? detail}`),
      };
    },
  });
  return { deps, asked, recorded, ...asking };
}

let here: ReturnType<typeof world>;
const page = (path: string) => here.page(path);
const form = (path: string, fields: Record<string, string> = {}) => here.form(path, fields);

beforeEach(async () => {
  here = world();
  await startRun(here.deps, { runId: 'march' }, 'cli');
});

describe('nobody is served', () => {
  test.each(['/', '/live', '/assets/htmx.js', '/runs/p/r', '/nowhere'])('%s without a cookie', async (path) => {
    expect((await here.app.request(path, { headers: { host: `127.0.0.1:${PORT}` } })).status).toBe(403);
  });

  test('by another name, or from another site, cookie or not', async () => {
    for (const headers of [
      { host: 'evil.example' },
      { origin: 'https://evil.example' },
      { 'sec-fetch-site': 'cross-site' },
    ])
      expect((await here.ask('/', { headers })).status).toBe(403);
  });

  test('and the link leads nowhere else', async () => {
    for (const to of ['//evil.example', 'https://evil.example', '/\\evil.example']) {
      const query = new URLSearchParams({ token: here.access.renew(), to });
      const entered = await here.ask(`/enter?${query}`);
      expect([entered.status, entered.headers.get('location')]).toEqual([303, '/']);
    }
  });
});

test('every page says what it may load, and is kept by no cache', async () => {
  const { headers } = await here.ask('/');
  expect(headers.get('content-security-policy')).toMatch(
    /default-src 'none'; script-src 'self';.*frame-ancestors 'none'$/,
  );
  expect(headers.get('cache-control')).toBe('no-store');
});

test('a pipeline that cannot be opened is no obstacle to the others, and its error is text', async () => {
  const list = await page('/');
  expect(list).toContain('/march"');
  expect(list).toContain('No pipeline absent: &quot;&gt;&lt;script&gt;');
  expect(list).not.toContain('<script>x()');
  expect((await here.ask('/pipelines/absent')).status).toBe(400);
});

test('a run that goes on is shown, however many are newer', async () => {
  const { deps } = here;
  for (let i = 0; i < LISTED; i++) {
    deps.clock.pass(1_000);
    await startRun(deps, { runId: `later-${i}` }, 'cli');
    // One that has ended is listed as long as it is among the newest.
    await deps.stores.runs.leaseFinish(`later-${i}`, 'me', deps.clock.now(), deps.clock.now() + 1);
    const end = { status: 'succeeded', counts: NO_COUNTS, summary: 's', endedAt: deps.clock.now() } as const;
    expect(await deps.stores.runs.finish(`later-${i}`, 'me', end)).toBe(true);
  }
  expect(await page('/')).toContain('/march"');
});

test('runs and children that are not there are 404', async () => {
  const { name } = here.deps.pipeline;
  for (const path of [`/runs/${name}/april`, `/runs/${name}/march/children/0-0.0.9`, '/nowhere'])
    expect((await here.ask(path)).status).toBe(404);
});

test.each([
  ['cancel', /cannot be taken back/, ['cancel march'], 'march'],
  ['resume', /no child is called twice/, ['resume march'], 'march'],
  ['redrive', /a run of its own/, [], 'march~2'],
])('to %s a run is asked for with what will happen, and done by its form', async (act, says, asked, run) => {
  const path = `/runs/${here.deps.pipeline.name}/march/${act}`;
  expect(await page(path)).toMatch(says);
  expect(here.asked).toEqual([]);
  const done = await form(path, { status: 'FAILED' });
  expect(done.status).toBe(303);
  expect(done.headers.get('location')).toBe(`/runs/${here.deps.pipeline.name}/${encodeURIComponent(run)}`);
  expect(here.asked).toEqual(asked);
  // A redrive is recorded by whoever starts it.
  expect(here.recorded).toEqual(asked);
});

test('limits are asked for with what will happen, then set, cleared and recorded in the words of the command line', async () => {
  const path = `/pipelines/${here.deps.pipeline.name}`;
  expect(await page(path)).toMatch(/name="ratePerSecond"[\s\S]*name="inFlight"[\s\S]*name="waiting"/);
  const asked = await page(`${path}/limits?ratePerSecond=7&inFlight=&waiting=9&minutes=30`);
  for (const says of [
    'At most 7 calls begin in a second; there is no limit now.',
    'At most 9 children wait for their callbacks at once; there is no limit now.',
    'After 30 minutes the definition’s own limits hold again by themselves.',
    '<input type="hidden" name="waiting" value="9">',
  ])
    expect(asked).toContain(says);
  expect(await readGate(here.deps)).toMatchObject({ byHand: null });
  await form(`${path}/limits`, { ratePerSecond: '7', waiting: '9', minutes: '30' });
  expect(await readGate(here.deps)).toMatchObject({ ratePerSecond: 7, waiting: 9 });
  expect(await page(`${path}/limits?ratePerSecond=5`)).toContain('At most 5 calls begin in a second; now 7.');
  expect(await page(`${path}/clear`)).toContain('The definition’s own limits hold again.');
  await form(`${path}/clear`);
  expect(await readGate(here.deps)).toMatchObject({ byHand: null });
  expect(await page(`${path}/open`)).toContain('they stop again within seconds');
  await form(`${path}/open`);
  expect(here.recorded).toEqual(['limits --rate 7 --waiting 9 --for 30m', 'limits --clear', 'limits --open']);
});

test('a pipeline with tasks says how late they are called, and another nothing of it', async () => {
  const path = `/pipelines/${here.deps.pipeline.name}`;
  expect(await page(path)).not.toContain('<h2>Tasks</h2>');
  here = world({ tasks: {} });
  expect(await page(path)).toContain('<h2>Tasks</h2><p>No task of the last hour was called.</p>');
});

test('a form that makes no sense is refused by its field', async () => {
  const path = `/pipelines/${here.deps.pipeline.name}`;
  for (const [to, fields, says] of [
    ['start', { limit: '-1' }, 'limit:'],
    ['start', { params: '{country' }, 'params: it must be JSON'],
    ['limits', { ratePerSecond: '', inFlight: '' }, 'Give a limit'],
    ['limits', { inFlight: '1000000' }, 'calls in flight are deployed'],
  ] as const) {
    const answer = await form(`${path}/${to}`, fields);
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain(says);
  }
  const { status } = await here.ask(`${path}/limits?inFlight=1000000`);
  expect(status).toBe(400);
});

test('what items and answers say is text', () => {
  const failure = {
    id: '0-0.0.1',
    status: 'FAILED',
    reason: HOSTILE,
    attempts: 1,
    at: '2026-03-01T00:00:00Z',
  } as const;
  const page = { failures: [{ ...failure, item: { name: HOSTILE }, body: HOSTILE }], next: '0-0.0.1' };
  const asked = { text: HOSTILE, reason: HOSTILE };
  const child = {
    ...failure,
    item: HOSTILE,
    result: HOSTILE,
    ms: 1,
    endedAt: failure.at,
    nextCallAt: null,
    waitsUntil: null,
  };
  const outcome = { ...failure, ms: 1, run: 'march', result: HOSTILE, endedAt: failure.at };
  for (const markup of [
    String(failuresBody('scores', HOSTILE, asked, page)),
    String(childBody(child, { note: HOSTILE, text: HOSTILE }, [outcome, { ...outcome, reason: HOSTILE }])),
  ]) {
    expect(markup).not.toContain('<script');
    expect(markup).not.toContain('<b ');
    expect(markup).toContain('&lt;script&gt;');
  }
});

test('a request is as the definition makes it, or why it makes none', () => {
  const { endpoint } = testPipeline();
  const run = { run: 'march', params: {} };
  const words = (request?: () => unknown) =>
    requestWords({ endpoint, ...(request && { request }) }, run, '0-0.0.0', { id: 7 });
  expect(words().text).toBe(`POST ${endpoint.path}\n\n{\n  "id": 7\n}`);
  expect(words(() => call({ method: 'GET', path: ['a', 7], query: { q: 1 } })).text).toMatch(/^GET \/a\/7\n\n/);
  const throws = words(() => {
    throw new Error('no id');
  });
  expect(throws).toEqual({ note: 'The definition fails to make a request of this item: no id', text: '' });
});
