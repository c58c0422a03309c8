import { expect, test } from 'vitest';
import { splitSlice } from '../../../functions/splitter/split.ts';
import { sweep } from '../../../functions/sweeper/sweep.ts';
import { SYSTEM } from '../../../functions/system.ts';
import { resumeRun } from '../../../shared/control/control.ts';
import { createRun, startRun } from '../../../shared/control/start.ts';
import { registerOf } from '../../../shared/domain/sending.ts';
import { wiringOf } from '../../../shared/lambda/wiring.ts';
import { type TestDeps, testDeps } from '../../shared/support.ts';

const BLOCK = { slice: 0, segment: 0, block: 0 };
const MINUTE = 60_000;

/** A run whose three children are sent; `take` what was. */
async function sentRun(deps = testDeps(), runId = 'march'): Promise<TestDeps> {
  await startRun(deps, { runId }, 'cli');
  const run = await deps.stores.runs.read(runId);
  if (run) await splitSlice(deps, run, 0, { id: 'splitter', deadline: deps.clock.now() + 300_000 });
  deps.queues.split.take();
  deps.queues.work.take();
  return deps;
}

/** Sweeps every minute for so long; gives the minutes in which it acted. */
async function sweepFor(deps: TestDeps, minutes: number): Promise<number[]> {
  const acted: number[] = [];
  for (let minute = 0; minute < minutes; minute++) {
    if ((await sweep(deps)).acted > 0) acted.push(minute);
    deps.clock.time += MINUTE;
  }
  return acted;
}

test('a run that stands still is taken up after longer than any message can wait, then half as often each time', async () => {
  const deps = await sentRun();
  const { visibilitySeconds } = wiringOf(SYSTEM, deps.pipeline).queues.work;
  const first = Math.ceil((900 + visibilitySeconds) / 60);
  expect(await sweepFor(deps, 8 * first)).toEqual([first, 3 * first, 7 * first]);
});

test('people hear of a run in which nothing moves for two hours, whatever the sweeper does, and not before', async () => {
  const deps = await sentRun();
  await sweepFor(deps, 120);
  expect(deps.counted.get('RunsStoodStill')).toBeUndefined();
  await sweepFor(deps, 10);
  expect(deps.counted.get('RunsStoodStill')).toBe(10);
});

test('what it sends again is of a raised turn, so that nothing multiplies', async () => {
  const deps = await sentRun();
  await sweepFor(deps, 21);
  expect(deps.queues.work.take()).toMatchObject([{ turn: 1, slot: 0, items: [1, 2, 3], size: 3 }]);
  expect(registerOf(await deps.stores.blocks.read('march', BLOCK), 0).turn).toBe(1);
});

test('a run that moves is left alone, and costs nothing but looking', async () => {
  const deps = await sentRun();
  for (let i = 0; i < 60; i++) {
    await deps.stores.progress.bump('march', 'a', { succeeded: 1, failed: 0, retried: 0 }, deps.clock.now(), 0);
    expect((await sweep(deps)).acted).toBe(0);
    deps.clock.time += MINUTE;
  }
  expect(deps.queues.work.take()).toEqual([]);
});

test('a lost notification is told again: of a full block, a frozen segment, a full run', async () => {
  const deps = await sentRun();
  await deps.stores.blocks.addDone('march', BLOCK, [0, 1, 2], 0);
  await sweepFor(deps, 21);
  expect(deps.queues.aggregate.take()).toMatchObject([{ type: 'segment', slice: 0, segment: 0 }]);
  const counts = { total: 3, succeeded: 3, failed: 0, cancelled: 0, expired: 0 };
  await deps.stores.segments.freeze('march', { slice: 0, segment: 0 }, { part: 'p', counts, reasons: {} });
  await sweepFor(deps, 120);
  expect(deps.queues.aggregate.take()).toContainEqual(expect.objectContaining({ type: 'finish' }));
});

test('a finish that keeps failing is told again every two hours at least, and at once when asked for', async () => {
  const deps = await sentRun();
  const counts = { total: 3, succeeded: 3, failed: 0, cancelled: 0, expired: 0 };
  await deps.stores.segments.freeze('march', { slice: 0, segment: 0 }, { part: 'p', counts, reasons: {} });
  await deps.stores.runs.addSegment('march', 0, 0);
  const now = deps.clock.now();
  expect(await deps.stores.runs.leaseFinish('march', 'died', now, now)).toMatchObject({ status: 'finishing' });
  deps.queues.aggregate.take();
  expect(await sweepFor(deps, 500)).toEqual([16, 48, 112, 240, 368, 496]);
  const finish = { v: 1, pipeline: 'squares', run: 'march', type: 'finish' };
  expect(deps.queues.aggregate.take()).toEqual(Array.from({ length: 6 }, () => finish));
  expect(await resumeRun(deps, 'march')).toMatchObject({ record: { status: 'finishing' }, slots: 0 });
  expect(deps.queues.aggregate.take()).toEqual([finish]);
});

test('a start that died is finished', async () => {
  const deps = testDeps();
  await createRun(deps, { run: 'march', input: '', params: {}, limit: null, trigger: 'cli' });
  await sweepFor(deps, 21);
  expect(deps.queues.split.take()).toMatchObject([{ slice: 0 }]);
  expect(await deps.stores.runs.read('march')).toMatchObject({ status: 'splitting' });
});

test('a slice whose message only waits for a shorter queue is not sent again', async () => {
  const deps = testDeps();
  await createRun(deps, { run: 'march', input: '', params: {}, limit: null, trigger: 'cli' });
  await sweepFor(deps, 21);
  expect(deps.queues.split.take()).toHaveLength(1);
  deps.queues.work.backlog = Number.POSITIVE_INFINITY;
  await sweepFor(deps, 120);
  expect(deps.queues.split.take()).toEqual([]);
  deps.queues.work.backlog = 0;
  await sweepFor(deps, 120);
  expect(deps.queues.split.take()).toContainEqual(expect.objectContaining({ slice: 0 }));
});

test('a run past its deadline is closed, also a paused one', async () => {
  const deps = await sentRun();
  await deps.stores.runs.move('march', 'pause');
  expect(await sweepFor(deps, 30)).toEqual([]);
  deps.clock.time += 24 * 60 * MINUTE;
  expect((await sweep(deps)).acted).toBe(1);
  expect(await deps.stores.runs.read('march')).toMatchObject({ status: 'closing', closed: 'expired' });
  expect(deps.queues.aggregate.take()).toMatchObject([{ type: 'segment' }]);
});

test("one run's trouble does not keep it from the others", async () => {
  const deps = await sentRun(await sentRun(), 'april');
  const readCompletion = deps.stores.runs.readCompletion.bind(deps.stores.runs);
  deps.stores.runs.readCompletion = async (run) => {
    if (run === 'march') throw new Error('Unreadable.');
    return readCompletion(run);
  };
  await sweepFor(deps, 21);
  expect(new Set(deps.queues.work.take().map(({ run }) => run))).toEqual(new Set(['april']));
  expect(deps.lines.some(({ level, fields }) => level === 'error' && fields.run === 'march')).toBe(true);
  expect(deps.counted.get('SweepsFailed')).toBe(21);
});
