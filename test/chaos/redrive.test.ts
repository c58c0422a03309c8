import { expect, test } from 'vitest';
import { redriveRun } from '../../shared/control/redrive.ts';
import { startRun } from '../../shared/control/start.ts';
import { randomFaults } from '../../shared/stores/memory/fault-plans.ts';
import { storedChildren } from './chain.ts';
import { checkQueues, checkRun } from './checks.ts';
import { chaosPipeline } from './pipeline.ts';
import { readReport } from './report.ts';
import { answers, type Service } from './service.ts';
import { MINUTE, SECOND, World, type WorldOptions } from './world.ts';

const CHILDREN = 2_000;

/** One of a hundred is refused at first; half of those are mended before the second execution, the rest before the third. */
const mended: Service = (i, _, { run }) => {
  const n = Number(/~(\d+)$/.exec(run)?.[1] ?? 1);
  const isRefused = i % 100 === 7 && (n === 1 || (n === 2 && i % 200 === 7));
  return isRefused ? answers(i, { httpStatus: 422, body: '' }) : answers(i);
};

async function executed(options: Partial<WorldOptions> = {}): Promise<World> {
  const world = new World({
    pipeline: chaosPipeline({ children: CHILDREN, perSlice: 700 }),
    service: mended,
    ...options,
  });
  await world.insist((deps) => startRun(deps, { runId: 'r' }, 'cli'));
  expect((await world.runToEnd('r')).status).toBe('succeeded-with-failures');
  return world;
}

async function redriven(world: World, run: string, next: string, filter = {}) {
  await world.insist((deps) => redriveRun(deps, run, filter));
  return world.runToEnd(next);
}

/** Children called in an execution. */
const called = (world: World, run: string) =>
  [...world.journal.calls.keys()].filter((key) => key.startsWith(`${run}/`)).map((key) => key.slice(run.length + 1));

test('redrives call what failed, and each report is the whole one', async () => {
  const world = await executed();
  const first = await readReport(world.deps, 'r');
  const failed = first.rows.filter(({ status }) => status === 'FAILED').map(({ id }) => id);
  expect(failed).toHaveLength(20);

  expect((await redriven(world, 'r', 'r~2')).status).toBe('succeeded-with-failures');
  expect(new Set(called(world, 'r~2'))).toEqual(new Set(failed));
  // By any of the chain's ids.
  expect((await redriven(world, 'r', 'r~3')).status).toBe('succeeded');
  const second = await readReport(world.deps, 'r~2');
  const stillFailed = second.rows.filter(({ status }) => status === 'FAILED').map(({ id }) => id);
  expect(stillFailed).toHaveLength(10);
  expect(new Set(called(world, 'r~3'))).toEqual(new Set(stillFailed));

  await world.drain();
  const expected = await storedChildren(world.deps, 'r');
  for (const run of ['r', 'r~2', 'r~3']) {
    expect((await checkRun(world, run, { expected })).problems, run).toEqual([]);
  }
  expect(await checkQueues(world)).toEqual([]);
  const third = await readReport(world.deps, 'r~3');
  expect(third.rows.map(({ id, i }) => [id, i])).toEqual(first.rows.map(({ id, i }) => [id, i]));
  const attempts = new Map(third.rows.map((row) => [row.id, row.attempts]));
  expect(failed.map((id) => attempts.get(id))).toEqual(failed.map((id) => (stillFailed.includes(id) ? 3 : 2)));
  await expect(redriveRun(world.deps, 'r')).rejects.toThrow(/no child that is FAILED/);
});

test('a chain of redrives under chaos', async () => {
  const world = await executed({
    seed: 11,
    duplicates: 0.1,
    plan: (random) =>
      randomFaults(random, { crashBefore: 0.002, crashAfter: 0.002, loseAnswer: 0.003, throttle: 0.003 }),
  });
  await redriven(world, 'r', 'r~2');
  await redriven(world, 'r~2', 'r~3');
  await world.drain();
  const expected = await storedChildren(world.deps, 'r');
  for (const run of ['r', 'r~2', 'r~3']) {
    expect((await checkRun(world, run, { expected })).problems, run).toEqual([]);
  }
});

test('an outage of the files that a redrive reads does not count as its source failing', async () => {
  let until = 0;
  const world: World = await executed({
    plan:
      () =>
      ({ port, process }) =>
        port === 'objects' && process.startsWith('splitter') && world.now() < until ? 'throttle' : 'pass',
  });
  until = world.now() + 15 * MINUTE;
  expect((await redriven(world, 'r', 'r~2')).closed).toBeNull();
  expect(called(world, 'r~2')).toHaveLength(20);
  expect(world.journal.faults.get('throttle')).toBeGreaterThan(5);
});

test('a redrive by reason calls those children alone', async () => {
  const two: Service = (i, _, { run }) => {
    if (run !== 'r') return answers(i);
    return i % 100 === 7 ? answers(i, { httpStatus: i % 200 === 7 ? 404 : 422, body: '' }) : answers(i);
  };
  const world = await executed({ service: two });
  await redriven(world, 'r', 'r~2', { reasons: ['http-404'] });
  expect(called(world, 'r~2')).toHaveLength(10);
  const { summary } = await readReport(world.deps, 'r~2');
  expect(summary.reasons).toEqual([{ reason: 'http-422', count: 10 }]);
});

test('a redrive asked for twice is one, and while it goes on another is refused', async () => {
  const world = await executed();
  const asks = Promise.all(Array.from({ length: 4 }, () => world.control((deps) => redriveRun(deps, 'r'))));
  await world.host.run({ limit: world.now() + SECOND / 100 });
  await expect(redriveRun(world.deps, 'r', { reasons: ['http-422'] })).rejects.toThrow(/still/);
  await world.runToEnd('r~2');
  expect((await asks).map(({ end }) => end)).toEqual(Array.from({ length: 4 }, () => 'answered'));
  expect(called(world, 'r~2')).toHaveLength(20);
  expect((await world.deps.stores.runs.list({ limit: 9 })).map(({ run }) => run).sort()).toEqual(['r', 'r~2']);
});

test('a redrive is refused when what makes a row has changed; the endpoint is of today', async () => {
  const world = await executed();
  const { pipeline } = world;
  const columns = [...pipeline.reduce.columns, 'more'];
  const changed = { ...pipeline, reduce: { ...pipeline.reduce, columns } };
  await expect(redriveRun({ ...world.deps, pipeline: changed }, 'r')).rejects.toThrow(/changed/);
  expect(await world.deps.stores.runs.read('r~2')).toBeNull();
  const source = { children: CHILDREN, perSlice: 700 };
  const moved = chaosPipeline(source, { path: '/elsewhere', deadlineHours: 3, mail: false });
  expect(await redriveRun({ ...world.deps, pipeline: moved }, 'r')).toMatchObject({ runId: 'r~2', created: true });
});
