import { expect, test, vi } from 'vitest';
import { splitSlice } from '../../../functions/splitter/split.ts';
import { createRun, startRun } from '../../../shared/control/start.ts';
import { isRootFull } from '../../../shared/domain/completion.ts';
import { mergeOutcomes } from '../../../shared/domain/outcome.ts';
import type { CloseReason } from '../../../shared/domain/run.ts';
import { registerOf } from '../../../shared/domain/sending.ts';
import { closeRun } from '../../../shared/flow/close.ts';
import { type TestDeps, testDeps } from '../support.ts';

const BLOCK = { slice: 0, segment: 0, block: 0 };

async function outcomesOf(deps: TestDeps) {
  const { outcomes } = await deps.stores.blocks.readAll('march', BLOCK);
  return [...mergeOutcomes(outcomes)]
    .sort(([a], [b]) => a - b)
    .map(([n, { status, reason, attempts }]) => [n, status, reason, attempts]);
}

async function splitRun(): Promise<TestDeps> {
  const deps = testDeps();
  await startRun(deps, { runId: 'march' }, 'cli');
  const run = await deps.stores.runs.read('march');
  if (run) await splitSlice(deps, run, 0, { id: 'splitter', deadline: deps.clock.now() + 300_000 });
  return deps;
}

/** Closes the run, its wait for the last answers included. */
const close = (deps: TestDeps, why: CloseReason) => deps.clock.through(closeRun(deps, 'march', why));

test('a run whose start died before its plan is finished by closing it, without waiting for a sweep', async () => {
  const deps = testDeps();
  await createRun(deps, { run: 'march', input: '', params: {}, limit: null, trigger: 'cli' });
  await close(deps, 'cancelled');
  expect(isRootFull(await deps.stores.runs.readCompletion('march'))).toBe(true);
  // Its empty report must not pass for a success.
  expect(await deps.stores.runs.read('march')).toMatchObject({ flags: ['cut'] });
  expect(deps.queues.aggregate.take()).toMatchObject([{ type: 'finish', run: 'march' }]);
});

test('what has no outcome is given up, with the calls that were made; what has one keeps it', async () => {
  const deps = await splitRun();
  const { blocks } = deps.stores;
  const outcome = { n: 0, status: 'SUCCEEDED', reason: null, result: 1, attempts: 1, ms: 1 } as const;
  await blocks.putOutcomes('march', BLOCK, { id: 'page', at: 0, outcomes: [outcome] }, 0);
  await blocks.addDone('march', BLOCK, [0], 0);
  const read = registerOf(await blocks.read('march', BLOCK), 0);
  const next = { ...read, turn: 1, tries: new Map([[2, { tries: 3, due: 0, crashes: 1 }]]) };
  await blocks.replaceRegister('march', BLOCK, { slot: 0, read, next, ttl: 0 });
  await close(deps, 'expired');
  expect(await outcomesOf(deps)).toEqual([
    [0, 'SUCCEEDED', null, 1],
    [1, 'EXPIRED', 'run-expired', 0],
    [2, 'EXPIRED', 'run-expired', 4],
  ]);
  expect(deps.queues.aggregate.take()).toMatchObject([{ type: 'segment', slice: 0, segment: 0 }]);
});

test('closing again changes no word of the first', async () => {
  const deps = await splitRun();
  await close(deps, 'cancelled');
  const first = await outcomesOf(deps);
  await close(deps, 'expired');
  expect(await outcomesOf(deps)).toEqual(first);
  expect(await deps.stores.runs.read('march')).toMatchObject({ status: 'closing', closed: 'cancelled' });
});

test('an answer that a forwarder stores within five seconds of the close counts, and none of the children is given up before', async () => {
  const deps = await splitRun();
  const { blocks } = deps.stores;
  const closing = closeRun(deps, 'march', 'cancelled');
  await vi.waitUntil(async () => (await deps.stores.runs.read('march'))?.status === 'closing');
  deps.clock.pass(4_999);
  const outcome = { n: 1, status: 'SUCCEEDED', reason: null, result: 1, attempts: 1, ms: 1 } as const;
  await blocks.putOutcomes('march', BLOCK, { id: 'page', at: 0, outcomes: [outcome] }, 0);
  await blocks.addDone('march', BLOCK, [1], 0);
  expect([...(await blocks.read('march', BLOCK)).done]).toEqual([1]);
  await deps.clock.through(closing);
  expect(await outcomesOf(deps)).toEqual([
    [0, 'CANCELLED', 'run-cancelled', 0],
    [1, 'SUCCEEDED', null, 1],
    [2, 'CANCELLED', 'run-cancelled', 0],
  ]);
});
