import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Host, startHost } from '../../local/host.ts';
import { tableDefinition } from '../../shared/adapters/dynamodb/table.ts';
import { startRun } from '../../shared/control/start.ts';
import { LOCAL_REGION } from '../../shared/host/arn.ts';
import { connectOperator } from '../../shared/lambda/operator.ts';
import { ROUTED } from '../fixtures/routed.ts';
import { testPipeline } from '../shared/support.ts';
import { temporaryDirectory } from './support.ts';

const nothing = () => undefined;
const telemetry = {
  log: { begin: nothing, info: nothing, warn: nothing, error: nothing },
  metrics: { count: nothing, flush: nothing },
};
const pipeline = testPipeline();
let stateDir: string;
let host: Host;
beforeAll(async () => {
  stateDir = await temporaryDirectory();
  host = await startHost({
    pipeline,
    system: ROUTED,
    telemetry,
    stateDir,
    reduceDigest: 'today',
    tableDefinition: { ...tableDefinition, TableName: 'microprocess' },
    endpointUrl: 'http://localhost:1',
    logger: { warn: nothing, error: nothing },
  });
  await host.pause('split');
  await startRun(connectOperator(pipeline, host.resources, LOCAL_REGION, telemetry), { runId: 'r' }, 'cli');
}, 60_000);
afterAll(async () => {
  await host.stop();
  await rm(stateDir, { recursive: true });
});

async function ask(method: string, path: string, init: RequestInit = {}): Promise<[number, string]> {
  const response = await fetch(`${host.functionsUrl}${path}`, { ...init, method });
  return [response.status, await response.text()];
}

test("the platform's function answers at its route, with any pipeline's records", async () => {
  expect(await ask('POST', '/callback/squares.r', { body: 'thanks' })).toEqual([200, 'splitting thanks']);
  expect(await ask('POST', '/callback/squares.none')).toEqual([410, '']);
  expect(await ask('POST', '/callback/other.r')).toEqual([410, '']);
});

test("a pipeline's function behind IAM wants the host's token", async () => {
  const headers = { authorization: `Bearer ${host.token}` };
  expect(await ask('GET', '/status/r?for=me', { headers })).toEqual([200, 'splitting me']);
  expect(await ask('GET', '/status/r?for=me')).toEqual([403, '']);
});

test.each([
  ['GET', '/callback/squares.r'],
  ['POST', '/callback'],
  ['POST', '/callback/squares.r/more'],
  ['GET', '/'],
])('nothing else is there: %s %s', async (method, path) => {
  expect(await ask(method, path)).toEqual([404, '']);
});
