import { expect, test } from 'vitest';
import type { AggregatorDeps } from '../../../functions/aggregator/deps.ts';
import { finishRun } from '../../../functions/aggregator/finish.ts';
import { freezeSegment } from '../../../functions/aggregator/freeze.ts';
import { splitSlice } from '../../../functions/splitter/split.ts';
import { startRun } from '../../../shared/control/start.ts';
import { commit } from '../../../shared/flow/commit.ts';
import { RetryLater } from '../../../shared/lambda/retry-later.ts';
import { readManifest } from '../../../shared/storage/manifest.ts';
import { MemoryNotifier } from '../../../testing/notifier.ts';
import { countRows, type TestDeps, testDeps, testPipeline } from '../../shared/support.ts';

const BLOCK = { slice: 0, segment: 0, block: 0 };
const REPORT_MS = 600_000;

/** An aggregator as it is deployed then: its report's one column is named by its digest. */
function deployed(deps: TestDeps, reduceDigest: string) {
  return {
    ...deps,
    pipeline: testPipeline({ reduce: { ...countRows, columns: [reduceDigest] } }),
    reduceDigest,
    mailFrom: '',
    mailer: { send: async () => ({ outcome: 'sent', messageId: '1' }) as const },
    events: { runEnded: async () => undefined },
    notifier: new MemoryNotifier(),
  } satisfies AggregatorDeps;
}

/** A run of three children that succeeded, frozen by a deployment of this digest. */
async function frozenBy(reduceDigest: string): Promise<TestDeps> {
  const deps = testDeps();
  const then = deployed(deps, reduceDigest);
  await startRun(then, { runId: 'march' }, 'cli');
  const run = await deps.stores.runs.read('march');
  if (!run) throw new Error('There is no run.');
  await splitSlice(then, run, 0, { id: 'splitter', deadline: deps.clock.now() + 300_000 });
  const outcomes = [0, 1, 2].map((n) => ({
    n,
    status: 'SUCCEEDED' as const,
    reason: null,
    result: n,
    attempts: 1,
    ms: 1,
  }));
  await commit(deps, { run: 'march', ref: BLOCK, size: 3, ttl: run.ttl }, outcomes);
  await freezeSegment(then, 'march', BLOCK);
  return deps;
}

const finish = (deps: AggregatorDeps, ms = 900_000) =>
  finishRun(deps, 'march', { id: 'aggregator', deadline: deps.clock.now() + ms });
const report = async (deps: TestDeps) => Buffer.from(await deps.objects.get('march/report.csv')).toString();
const LINES = '0-0.0.0,0,SUCCEEDED,\n0-0.0.1,1,SUCCEEDED,\n0-0.0.2,2,SUCCEEDED,\n';

test('what another deployment froze is reduced by the one that finishes; its segment stays as it was frozen', async () => {
  const deps = await frozenBy('yesterday');
  const { frozen } = await deps.stores.segments.read('march', BLOCK);
  expect(frozen).toMatchObject({ reducedBy: 'yesterday' });
  await finish(deployed(deps, 'today'));
  expect(await report(deps)).toBe(`id,today,status,reason\n${LINES}`);
  const part = frozen?.part ?? '';
  expect(await readManifest(deps.objects, 'march')).toMatchObject([
    { part, reducedBy: 'today', reduced: `${part}.today`, counts: { succeeded: 3 } },
  ]);
  expect((await deps.stores.segments.read('march', BLOCK)).frozen).toEqual(frozen);
});

test('where all agree nothing is read or written for it', async () => {
  const deps = await frozenBy('today');
  const before = deps.objects.keys();
  const read: string[] = [];
  const get = deps.objects.get.bind(deps.objects);
  deps.objects.get = (key, range) => {
    read.push(key);
    return get(key, range);
  };
  await finish(deployed(deps, 'today'));
  expect(await report(deps)).toBe(`id,today,status,reason\n${LINES}`);
  expect(read.filter((key) => /rows|index/.test(key))).toEqual([]);
  const made = deps.objects.keys().filter((key) => !before.includes(key));
  expect(made.map((key) => key.replace('march/', '')).sort()).toEqual([
    'latest/report.csv',
    'latest/report.html',
    'latest/summary.json',
    'parts.json',
    'report.csv',
    'report.html',
    'summary.json',
  ]);
});

test('with too little time left the message comes back, and the lease is free', async () => {
  const deps = await frozenBy('yesterday');
  await expect(finish(deployed(deps, 'today'), REPORT_MS - 1)).rejects.toThrow(RetryLater);
  expect(deps.objects.keys()).not.toContain('march/report.csv');
  deps.clock.time += 1_000;
  await finish(deployed(deps, 'today'));
  expect(await report(deps)).toContain('id,today,');
});

test('after a rollback the report is all of the older definition', async () => {
  const deps = await frozenBy('yesterday');
  const today = deployed(deps, 'today');
  const put = deps.objects.put.bind(deps.objects);
  deps.objects.put = async (key, body, type) => {
    if (key.endsWith('summary.json')) throw new Error('Killed.');
    return put(key, body, type);
  };
  await expect(finish(today)).rejects.toThrow('Killed.');
  deps.objects.put = put;
  deps.clock.time += 1_000;
  await finish(deployed(deps, 'yesterday'));
  expect(await report(deps)).toBe(`id,yesterday,status,reason\n${LINES}`);
  const [part] = await readManifest(deps.objects, 'march');
  expect([part?.reducedBy, part?.reduced]).toEqual(['yesterday', undefined]);
});
