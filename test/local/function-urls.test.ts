import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROUTE } from '../../functions/callback/route.ts';
import { SYSTEM } from '../../functions/system.ts';
import { type LocalRoute, startFunctionUrls } from '../../local/function-urls.ts';
import { expectedRoutes } from '../../local/functions.ts';
import { type Host, startHost } from '../../local/host.ts';
import { tableDefinition } from '../../shared/adapters/dynamodb/table.ts';
import { startRun } from '../../shared/control/start.ts';
import { LOCAL_REGION } from '../../shared/host/arn.ts';
import { connectOperator } from '../../shared/lambda/operator.ts';
import { ROUTED } from '../fixtures/routed.ts';
import { testPipeline } from '../shared/support.ts';
import { temporaryDirectory } from './support.ts';

/** Far from now. */
const TTL = 4_000_000_000;
const nothing = () => undefined;
const telemetry = {
  log: { begin: nothing, info: nothing, warn: nothing, error: nothing },
  metrics: { count: nothing, observe: nothing, flush: nothing },
};
const pipeline = testPipeline();
let stateDir: string;
let host: Host;
beforeAll(async () => {
  stateDir = await temporaryDirectory();
  host = await startHost({
    first: { pipeline, reduceDigest: 'today', endpointUrl: 'http://localhost:1' },
    system: ROUTED,
    telemetry: () => telemetry,
    stateDir,
    tableDefinition: { ...tableDefinition, TableName: 'microprocess' },
    logger: { warn: nothing, error: nothing },
  });
  await host.first.pause('split');
  await host.first.pause('aggregate');
  await startRun(connectOperator(pipeline, host.first.resources, LOCAL_REGION, telemetry), { runId: 'r' }, 'cli');
}, 60_000);
afterAll(async () => {
  await host.stop();
  await rm(stateDir, { recursive: true });
});

async function ask(method: string, path: string, init: RequestInit = {}): Promise<[number, string]> {
  const response = await fetch(`${host.functionsUrl}${path}`, { ...init, method });
  return [response.status, await response.text()];
}

const CALLBACK = '/platform/callback';
const STATUS = '/pipelines/squares/status';
const withToken = () => ({ headers: { authorization: `Bearer ${host.token}` } });

test("the platform's function answers at its route, with any pipeline's records", async () => {
  expect(await ask('POST', `${CALLBACK}/callback/squares.r`, { body: 'thanks' })).toEqual([200, 'splitting thanks']);
  expect(await ask('POST', `${CALLBACK}/callback/squares.none`)).toEqual([410, '']);
  expect(await ask('POST', `${CALLBACK}/callback/other.r`)).toEqual([410, '']);
});

test("the platform's function sends to the queue of the pipeline that it names", async () => {
  const { stores, queues } = connectOperator(pipeline, host.first.resources, LOCAL_REGION, telemetry);
  await stores.segments.setSize('r', { slice: 0, segment: 0 }, 1, TTL);
  await stores.blocks.addDone('r', { slice: 0, segment: 0, block: 0 }, [0], TTL);
  expect(await ask('POST', `${CALLBACK}/callback/squares.r.2`)).toEqual([200, 'splitting ']);
  expect(await queues.aggregate.waiting()).toBe(0);
  expect(await ask('POST', `${CALLBACK}/callback/squares.r.1`)).toEqual([200, 'splitting ']);
  expect(await queues.aggregate.waiting()).toBe(1);
});

test("a pipeline's function behind IAM wants the host's token", async () => {
  expect(await ask('GET', `${STATUS}/status/r?for=me`, withToken())).toEqual([200, 'splitting me']);
  expect(await ask('GET', `${STATUS}/status/r?for=me`)).toEqual([403, '']);
});

test('each pipeline has a URL of its own for its function, from when it is used', async () => {
  const other = '/pipelines/other/status/status/r?for=me';
  expect(await ask('GET', other, withToken())).toEqual([404, '']);
  // Its links may have been handed out before.
  expect(await ask('GET', '/pipelines/other/report-link/report/t')).toEqual([503, expect.stringContaining('again')]);
  await host.use({
    pipeline: { ...pipeline, name: 'other' },
    reduceDigest: 'today',
    endpointUrl: 'http://localhost:1',
  });
  expect(await ask('GET', other, withToken())).toEqual([200, 'absent me']);
});

test('a body over 6 MB is refused, also where nobody said so before', async () => {
  const large = Buffer.alloc(6 * 1_048_576 + 1, 'x');
  expect(await ask('POST', `${CALLBACK}/callback/squares.r`, { body: large })).toEqual([413, '']);
  const body = new Blob([large]).stream();
  expect(await ask('POST', `${CALLBACK}/callback/squares.r`, { body, duplex: 'half' })).toEqual([413, '']);
});

test.each([
  ['GET', `${CALLBACK}/callback/squares.r`],
  ['POST', `${CALLBACK}/callback`],
  ['POST', `${CALLBACK}/callback/squares.r/more`],
  ['POST', '/callback/squares.r'],
  ['GET', '/pipelines/squares/callback/status/r'],
  ['GET', '/'],
])('nothing else is there: %s %s', async (method, path) => {
  expect(await ask(method, path)).toEqual([404, '']);
});

test('a callback for a pipeline that is not at work yet is to come again: its outcome is not lost', async () => {
  const routes: LocalRoute[] = [];
  const { url, stop } = await startFunctionUrls({
    ...{ routes: () => routes, expected: expectedRoutes(SYSTEM), token: 't' },
    logger: { warn: nothing, error: nothing },
  });
  const post = (path: string) => fetch(`${url}${path}`, { method: 'POST', body: '{}' });
  const early = await post('/pipelines/squares/callback/callback/t');
  expect([early.status, early.headers.get('retry-after')]).toEqual([503, '5']);
  expect((await post('/pipelines/squares/callback/callback/t/progress')).status).toBe(503);
  expect((await post('/pipelines/squares/callback/other/t')).status).toBe(404);
  routes.push({ base: '/pipelines/squares/callback', route: ROUTE, invoke: async () => 'taken' });
  expect((await post('/pipelines/squares/callback/callback/t')).status).toBe(200);
  await stop();
});

test('the port is the one of before where it is free, and is said to be another where it is not', async () => {
  const said: [from: number, to: number][] = [];
  const start = () =>
    startFunctionUrls({
      ...{ routes: () => [], token: 't', logger: { warn: nothing, error: nothing } },
      portFile: join(stateDir, 'port'),
      moved: (from, to) => said.push([from, to]),
    });
  const portOf = ({ url }: { readonly url: string }) => Number(new URL(url).port);
  const first = await start();
  await first.stop();
  const again = await start();
  expect([portOf(again), said]).toEqual([portOf(first), []]);
  const beside = await start();
  expect(said).toEqual([[portOf(first), portOf(beside)]]);
  await Promise.all([again.stop(), beside.stop()]);
});
