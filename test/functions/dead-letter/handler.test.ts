import { expect, test } from 'vitest';
import { deadLetter } from '../../../functions/dead-letter/handler.ts';
import { startRun } from '../../../shared/control/start.ts';
import { WRITES } from '../../../shared/domain/format.ts';
import { mergeOutcomes } from '../../../shared/domain/outcome.ts';
import { NEW_REGISTER } from '../../../shared/domain/sending.ts';
import { entry, type TestDeps, testDeps, workOf } from '../../shared/support.ts';

const BLOCK = { slice: 0, segment: 0, block: 0 };
const work = workOf();

async function runOf(): Promise<TestDeps> {
  const deps = testDeps();
  await startRun(deps, { runId: 'march' }, 'cli');
  return deps;
}

async function handleDeadLetter(deps: TestDeps, ...bodies: unknown[]) {
  const Records = bodies.map((body, i) => entry(`m-${i}`, body, 1, 'squares-work-dead'));
  const response = await Reflect.apply(deadLetter(deps), undefined, [
    { Records },
    { awsRequestId: 'i', getRemainingTimeInMillis: () => 60_000 },
  ]);
  const refused = (await deps.stores.refusals.list(9)).map(({ messageId, reason }) => [messageId, reason]);
  return { response, refused };
}

async function outcomes(deps: TestDeps) {
  const { outcomes: pages } = await deps.stores.blocks.readAll('march', BLOCK);
  return [...mergeOutcomes(pages)].sort(([a], [b]) => a - b).map(([n, { status, reason }]) => [n, status, reason]);
}

test("a message's missing children fail, those that ended stay; its block is told", async () => {
  const deps = await runOf();
  const page = { n: 1, status: 'SUCCEEDED', reason: null, result: 4, attempts: 1, ms: 1 } as const;
  await deps.stores.blocks.putOutcomes('march', BLOCK, { id: 'p', at: 0, outcomes: [page] }, 0);
  await deps.stores.blocks.addDone('march', BLOCK, [1], 0);
  const { response, refused } = await handleDeadLetter(deps, work);
  expect(response).toEqual({ batchItemFailures: [] });
  expect(refused).toEqual([['m-0', 'gave-up']]);
  expect((await deps.stores.refusals.list(1))[0]?.excerpt).toBe(JSON.stringify({ ...work, items: 3 }));
  expect(await outcomes(deps)).toEqual([
    [0, 'FAILED', 'dead-letter'],
    [1, 'SUCCEEDED', null],
    [2, 'FAILED', 'dead-letter'],
  ]);
  expect((await deps.stores.refusals.list(1))[0]?.detail).toMatch(/missing children, 2, FAILED/);
  expect([...(await deps.stores.segments.read('march', BLOCK)).done]).toEqual([0]);
});

test('of an old turn nothing is given up: a later message has its children', async () => {
  const deps = await runOf();
  const next = { ...NEW_REGISTER, turn: 1 };
  await deps.stores.blocks.addDoneAndRaise('march', BLOCK, { slot: 0, done: [], next, ttl: 0 });
  expect((await handleDeadLetter(deps, work)).refused).toEqual([['m-0', 'old-turn']]);
  expect(await outcomes(deps)).toEqual([]);
  expect(JSON.stringify(deps.lines)).not.toContain('FAILED');
});

test('what waits for its callback is in no message, and stays', async () => {
  const deps = await runOf();
  const next = { ...NEW_REGISTER, turn: 1, waiting: new Map([[2, 1e15]]) };
  await deps.stores.blocks.addDoneAndRaise('march', BLOCK, { slot: 0, done: [], next, ttl: 0 });
  await handleDeadLetter(deps, { ...work, turn: 1 });
  expect((await outcomes(deps)).map(([n]) => n)).toEqual([0, 1]);
});

test('what a newer release sent is left: nothing is given up or refused for it', async () => {
  const deps = await runOf();
  const { response, refused } = await handleDeadLetter(
    deps,
    { ...work, v: 3 },
    { ...work, v: 3, items: undefined },
    '{',
  );
  expect(response).toEqual({ batchItemFailures: [{ itemIdentifier: 'm-0' }, { itemIdentifier: 'm-1' }] });
  expect(refused).toEqual([['m-2', 'not-json']]);
  expect(await outcomes(deps)).toEqual([]);
  // People hear of it once it has lasted.
  expect(deps.counted.get('MessagesFailed')).toBe(2);
});

test('of a run that is gone only the refusal is left', async () => {
  const deps = testDeps();
  expect((await handleDeadLetter(deps, work)).refused).toEqual([['m-0', 'unknown-run']]);
  expect(await outcomes(deps)).toEqual([]);
  expect(JSON.stringify(deps.lines)).not.toContain('FAILED');
});

test('of a message whose children have all ended it is not said that they failed', async () => {
  const deps = await runOf();
  await deps.stores.blocks.addDone('march', BLOCK, [0, 1, 2], 0);
  expect((await handleDeadLetter(deps, work)).refused).toEqual([['m-0', 'gave-up']]);
  expect(await outcomes(deps)).toEqual([]);
  expect(JSON.stringify(deps.lines)).not.toContain('FAILED');
});

test('what is no work is recorded with its reason; what fails comes back by itself', async () => {
  const deps = await runOf();
  const finish = { v: 1, pipeline: 'squares', run: 'march', type: 'finish' };
  const { refused } = await handleDeadLetter(
    deps,
    finish,
    '{',
    { ...finish, type: 'other' },
    { ...work, pipeline: 'cubes' },
  );
  expect(refused).toEqual([
    ['m-0', 'gave-up'],
    ['m-1', 'not-json'],
    ['m-2', 'not-a-message'],
    ['m-3', 'other-pipeline'],
  ]);
  deps.stores.blocks.read = async () => {
    throw new Error('The table is gone.');
  };
  expect((await handleDeadLetter(deps, work, finish)).response).toEqual({
    batchItemFailures: [{ itemIdentifier: 'm-0' }],
  });
  expect(deps.counted.get('MessagesFailed')).toBe(1);
});

test('tasks of a message that nothing could take end by it in no way: a round sends them again', async () => {
  const deps = await runOf();
  const calls = { v: WRITES, pipeline: 'squares', type: 'calls', calls: [['a', 0, 0]] };
  expect((await handleDeadLetter(deps, calls)).refused).toEqual([['m-0', 'gave-up']]);
  expect((await deps.stores.refusals.list(1))[0]).toMatchObject({
    detail: expect.stringContaining('a round sends its tasks'),
  });
});
