import { expect, test } from 'vitest';
import type { AggregatorDeps } from '../../../functions/aggregator/deps.ts';
import { finishRun } from '../../../functions/aggregator/finish.ts';
import { freezeSegment } from '../../../functions/aggregator/freeze.ts';
import type { Reduce } from '../../../shared/author/reduce.ts';
import { endedRun } from './ended-run.ts';

const SEGMENT = { slice: 0, segment: 0 };
const REASON = /^reduce\(\): its function died more than 5 times/;
let invocations = 0;
const finish = (deps: AggregatorDeps) =>
  finishRun(deps, 'march', { id: `finisher-${++invocations}`, deadline: deps.clock.now() + 900_000 });

/** What dies is an invocation that is never heard of again: none of its calls to the user's code comes back. */
function deadly(deps: AggregatorDeps, method: 'cells' | 'start'): AggregatorDeps {
  const die = (): never => {
    throw new Error('The process is gone.');
  };
  const reduce: Reduce = { ...deps.pipeline.reduce, [method]: die };
  return { ...deps, pipeline: { ...deps.pipeline, reduce } };
}

test('a reduce that kills its function on a segment does so a few times; then the segment is frozen without it', async () => {
  const { deps } = await endedRun();
  const { segments } = deps.stores;
  for (let died = 0; died < 5; died++) await segments.countAttempt('march', SEGMENT, 1, 0);
  await freezeSegment(deadly(deps, 'cells'), 'march', SEGMENT, 5);
  const { frozen } = await segments.read('march', SEGMENT);
  expect(frozen).toMatchObject({ counts: { total: 3, failed: 3 }, reduceError: expect.stringMatching(REASON) });
  expect(deps.lines.filter(({ level }) => level === 'error')).toEqual([]);

  await finish(deps);
  const failure = { reason: 'reduce-failed', detail: expect.stringMatching(REASON) };
  expect(await deps.stores.runs.read('march')).toMatchObject({ status: 'failed', failure });
  const summary: unknown = JSON.parse(Buffer.from(await deps.objects.get('march/summary.json')).toString());
  expect(summary).toMatchObject({ failure, counts: { total: 3 } });
  const csv = Buffer.from(await deps.objects.get('march/report.csv')).toString();
  expect(csv.split('\n')).toHaveLength(5);
});

test('a segment that is received often because a store fails is reduced all the same', async () => {
  const { deps } = await endedRun();
  const { objects, stores } = deps;
  const { put, putStream } = objects;
  const away = () => Promise.reject(new Error('S3 is away.'));
  Object.assign(objects, { put: away, putStream: away });
  for (let receives = 1; receives < 15; receives++) {
    await expect(freezeSegment(deps, 'march', SEGMENT, receives)).rejects.toThrow('S3 is away.');
  }
  Object.assign(objects, { put, putStream });
  await freezeSegment(deps, 'march', SEGMENT, 15);
  expect((await stores.segments.read('march', SEGMENT)).frozen?.reduceError).toBeUndefined();
});

test('a reduce that kills its finisher does so a few times; then the run ends without it', async () => {
  const { deps } = await endedRun();
  const { runs } = deps.stores;
  await freezeSegment(deps, 'march', SEGMENT);
  for (let died = 0; died < 5; died++) {
    await runs.leaseFinish('march', `dead-${died}`, deps.clock.now(), deps.clock.now() + 1);
    deps.clock.time += 60_000;
  }
  await finish(deadly(deps, 'start'));
  const failure = { reason: 'reduce-failed', detail: expect.stringMatching(REASON) };
  expect(await runs.read('march')).toMatchObject({ status: 'failed', failure });
});

test('finishers that died behind the claim of the mail end no run without its reduce', async () => {
  const { deps } = await endedRun();
  const { runs } = deps.stores;
  await freezeSegment(deps, 'march', SEGMENT);
  for (let died = 0; died < 5; died++) {
    await runs.leaseFinish('march', `dead-${died}`, deps.clock.now(), deps.clock.now() + 1);
    deps.clock.time += 60_000;
  }
  await runs.claimMail('march');
  await finish(deps);
  expect(await runs.read('march')).toMatchObject({ failure: null });
});

test('a finish that stores fail time and again is made with the reduce all the same', async () => {
  const { deps } = await endedRun();
  await freezeSegment(deps, 'march', SEGMENT);
  const { put } = deps.objects;
  deps.objects.put = () => Promise.reject(new Error('S3 is away.'));
  for (let failed = 0; failed < 10; failed++) {
    await expect(finish(deps)).rejects.toThrow('S3 is away.');
    deps.clock.time += 2_000;
  }
  deps.objects.put = put;
  await finish(deps);
  expect(await deps.stores.runs.read('march')).toMatchObject({ status: 'failed', failure: null });
});
