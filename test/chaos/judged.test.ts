import { describe, expect, test } from 'vitest';
import type { Pipeline } from '../../shared/author/definition.ts';
import { dryRun } from '../../shared/control/dry-run.ts';
import { redriveRun } from '../../shared/control/redrive.ts';
import { startRun } from '../../shared/control/start.ts';
import { startScheduled } from '../../shared/control/start-scheduled.ts';
import type { FaultPlan, PortCall } from '../../testing/faults.ts';
import { checkQueues, checkRun } from './checks.ts';
import { type ChaosItem, chaosPipeline } from './pipeline.ts';
import { readReport } from './report.ts';
import { answers, type Service } from './service.ts';
import { MINUTE, SECOND, World } from './world.ts';

const refused: Service = (i) => (i < 40 ? answers(i, { httpStatus: 400 }) : answers(i));
const start = (world: World, request: object = {}) =>
  world.insist((deps) => startRun(deps, { runId: 'r', ...request }, 'cli'));

describe('a canary', () => {
  const canary = (failedPercent: number): Pipeline => ({
    ...chaosPipeline({ children: 2_000, perSlice: 900 }),
    canary: { children: 100, failedPercent },
  });

  test('that does well lets all slices follow, and only then, within two seconds of its last child', async () => {
    const slow: Service = (i) => answers(i, { httpStatus: i < 40 ? 400 : 200, ms: i < 100 ? 20 * SECOND : 40 });
    const world = new World({ pipeline: canary(50), service: slow });
    await start(world);
    await world.host.run({ limit: world.now() + 19 * SECOND });
    expect(world.journal.calls.size).toBe(100);
    await world.host.run({ limit: (world.journal.lastCall.get('r') ?? 0) + 22 * SECOND });
    expect(world.journal.calls.size).toBeGreaterThan(100);
    expect((await world.runToEnd('r')).status).toBe('succeeded-with-failures');
    expect((await readReport(world.deps, 'r')).summary.counts).toMatchObject({ total: 2_000, failed: 40 });
    await world.drain();
    expect([...(await checkRun(world, 'r')).problems, ...(await checkQueues(world))]).toEqual([]);
  });

  test('that fails closes the run, with nothing else called', async () => {
    const world = new World({ pipeline: canary(39), service: refused });
    await start(world);
    const record = await world.runToEnd('r');
    expect(record).toMatchObject({ status: 'failed', closed: 'canary-failed' });
    expect(record.counts).toMatchObject({ total: 100, succeeded: 60, failed: 40 });
    expect(world.journal.calls.size).toBe(100);
  });

  test('of more children than there are is judged at the end of them', async () => {
    const world = new World({ pipeline: chaosPipeline({ children: 30 }) });
    await start(world, { canary: 1_000 });
    expect(await world.runToEnd('r')).toMatchObject({ status: 'succeeded', counts: { total: 30 } });
  });
});

/** The first flag that is written is the last thing its writer does. */
function dyingAtFlag() {
  let died = false;
  return ({ port, method }: PortCall) => {
    if (died || !port.includes('runs') || method !== 'flag') return 'pass';
    died = true;
    return 'crash-after';
  };
}

test('a splitter that dies right after it let a canary pass leaves a run that still ends, whole', async () => {
  const pipeline = { ...chaosPipeline({ children: 900, perSlice: 400 }), canary: { children: 100, failedPercent: 0 } };
  const world = new World({ pipeline, plan: dyingAtFlag });
  await start(world);
  expect(await world.runToEnd('r')).toMatchObject({ status: 'succeeded', counts: { total: 900 } });
  expect(world.journal.faults.get('crash-after')).toBe(1);
});

describe('a run that is to stop early', () => {
  const strict = (failedCount: number): Pipeline => ({
    ...chaosPipeline({ children: 3_000 }, { inFlight: 8 }),
    tolerate: { failedCount, stopEarly: true },
  });
  // Forty in all, spread: queues have no order, and how soon one slot is called says nothing.
  const slow: Service = (i) => answers(i, { httpStatus: i % 75 === 0 ? 400 : 200, ms: 500 });

  test('is closed once more failed than it tolerates', async () => {
    const world = new World({ pipeline: strict(10), service: slow });
    await start(world);
    const record = await world.runToEnd('r');
    expect(record).toMatchObject({ status: 'failed', closed: 'too-many-failures' });
    expect(record.counts?.failed).toBeGreaterThan(10);
    expect(record.counts?.cancelled).toBeGreaterThan(1_000);
  });

  test('goes on while a doubled counter alone says so', async () => {
    const world = new World({ pipeline: strict(40), service: slow });
    await start(world);
    await world.deps.stores.progress.bump('r', 'ghost', { succeeded: 0, failed: 500, retried: 0 }, world.now(), 2e9);
    expect(await world.runToEnd('r')).toMatchObject({ status: 'succeeded-with-failures', closed: null });
  });
});

describe('a redrive that is to stop early', () => {
  /** Of 2,000 children 20 fail, and 12 of these at once again; the others take longer than the sweeper. */
  const again: Service = (i, nth, { run }) => {
    if (i >= 20 || (run !== 'r' && i >= 12 && nth > 1)) return answers(i);
    return run === 'r' || i < 12 ? answers(i, { httpStatus: 400 }) : answers(i, { httpStatus: 503, retryAfter: '150' });
  };
  const redriven = async (tolerate: Pipeline['tolerate']) => {
    const world = new World({ pipeline: chaosPipeline({ children: 2_000 }, { tolerate }), service: again });
    await start(world);
    const { closed } = await world.runToEnd('r');
    expect(closed).toBeNull();
    // A forwarder writes its progress once a second: of calls right behind the first run's only with the next ones.
    await world.host.run({ limit: world.now() + MINUTE });
    await world.insist((deps) => redriveRun(deps, 'r'));
    return world.runToEnd('r~2');
  };

  test('goes on while its whole report would be tolerated', async () => {
    expect(await redriven({ failedPercent: 1, stopEarly: true })).toMatchObject({
      status: 'succeeded-with-failures',
      closed: null,
      counts: { total: 2_000, failed: 12 },
    });
  });

  test.each([
    ['in per cent', { failedPercent: 0.5, stopEarly: true }],
    ['in number', { failedCount: 10, stopEarly: true }],
  ])('is closed once more failed in it again than its report tolerates %s', async (_, tolerate) => {
    expect(await redriven(tolerate)).toMatchObject({
      status: 'failed',
      closed: 'too-many-failures',
      counts: { total: 2_000, failed: 20 },
    });
  });
});

describe('a tick while an earlier run goes on', () => {
  const at = (minute: number) => ({ schedule: `2026-11-01T02:${String(minute).padStart(2, '0')}:00Z` });
  const ticking = async (overlap: 'allow' | 'skip' | 'queue', plan?: () => FaultPlan) => {
    const pipeline = chaosPipeline(
      { children: 400 },
      { inFlight: 4, schedule: { cron: '* * * * *', timeZone: 'UTC', overlap } },
    );
    const world = new World({ pipeline, service: (i) => answers(i, { ms: 1_000 }), ...(plan && { plan }) });
    const started: unknown[] = [];
    for (const minute of [0, 1, 1, 2]) {
      started.push(await world.insist((deps) => startScheduled(deps, at(minute))));
      await world.host.run({ limit: world.now() + 5 * SECOND });
    }
    return { world, started };
  };
  const [first, second, third] = ['020000', '020100', '020200'].map((time) => `schedule-20261101-${time}`);

  test('is skipped, said so, and not missed', async () => {
    const { world, started } = await ticking('skip');
    expect(started).toMatchObject([
      { runId: first, created: true },
      { runId: second, skipped: true, because: first },
      { runId: second, skipped: true },
      { runId: third, skipped: true },
    ]);
    expect(await world.deps.stores.sweeps.read(second ?? '')).toMatchObject({ fingerprint: `skipped: ${first}` });
  });

  test('waits, once, and runs when the earlier one has ended', async () => {
    const { world, started } = await ticking('queue');
    expect(started).toMatchObject([
      { runId: first, created: true },
      { runId: second, created: true, status: 'planned' },
      { runId: second, created: false, status: 'planned' },
      { runId: third, skipped: true },
    ]);
    const one = await world.runToEnd(first ?? '');
    const two = await world.runToEnd(second ?? '');
    expect([one.status, two.status]).toEqual(['succeeded', 'succeeded']);
    expect(two.counts?.total).toBe(400);
    expect((two.endedAt ?? 0) - (one.endedAt ?? 0)).toBeGreaterThan(MINUTE);
  });

  test('is started though the sweeper dies right after taking it out of the queue', async () => {
    const { world } = await ticking('queue', dyingAtFlag);
    expect((await world.runToEnd(second ?? '')).status).toBe('succeeded');
    expect(world.journal.faults.get('crash-after')).toBe(1);
  });

  test('starts beside it where that is allowed', async () => {
    const { world, started } = await ticking('allow');
    expect(started).toMatchObject([{ created: true }, { created: true }, { created: false }, { created: true }]);
    for (const run of [first, second, third]) expect((await world.runToEnd(run ?? '')).status).toBe('succeeded');
  });
});

test('a source that throws every time closes the run with that reason, and what it gave is reported', async () => {
  const pipeline = chaosPipeline({
    async *read({ cursor }) {
      for (let i = typeof cursor === 'number' ? cursor : 0; ; i++) {
        if (i === 700) throw new Error('the disk is gone');
        yield { item: { i, reading: 1 } satisfies ChaosItem, cursor: i + 1 };
      }
    },
  });
  const world = new World({ pipeline });
  await start(world);
  const record = await world.runToEnd('r');
  expect(record).toMatchObject({ status: 'failed', closed: 'split-failed' });
  expect(record.counts).toMatchObject({ total: 512, succeeded: 512 });
});

test('rows of failed children may be left out of report.csv; the counts keep them', async () => {
  const pipeline = chaosPipeline({ children: 100 });
  const omitting = { ...pipeline, report: { ...pipeline.report, failedRows: 'omit' as const } };
  const world = new World({ pipeline: omitting, service: refused });
  await start(world);
  await world.runToEnd('r');
  const { summary, rows } = await readReport(world.deps, 'r');
  expect(summary.counts).toMatchObject({ total: 100, failed: 40 });
  expect(rows).toHaveLength(60);
});

test('a reduce that throws on a row fails that row alone', async () => {
  const pipeline = chaosPipeline({ children: 300 });
  const picky = {
    ...pipeline,
    reduce: {
      ...pipeline.reduce,
      cells: (row: Parameters<typeof pipeline.reduce.cells>[0]) => {
        if (row.id === '0-0.0.7') throw new TypeError('no such field');
        return pipeline.reduce.cells(row);
      },
    },
  };
  const world = new World({ pipeline: picky });
  await start(world);
  expect(await world.runToEnd('r')).toMatchObject({ status: 'succeeded-with-failures', counts: { failed: 1 } });
  const { summary, rows } = await readReport(world.deps, 'r');
  expect(summary.reasons).toEqual([{ reason: 'reduce-failed', count: 1 }]);
  expect(rows).toHaveLength(300);
});

test('a dry run counts and estimates, and does nothing', async () => {
  const world = new World({ pipeline: chaosPipeline({ children: 2_560 }) });
  const estimate = await dryRun(world.deps, { limit: 1_000 }, { callMs: 100 });
  expect(estimate).toMatchObject({
    children: 1_000,
    complete: true,
    callMsFrom: 'given',
    firstBody: { i: 0, reading: 1 },
  });
  // 1,000 calls of 100 ms over 512 in flight.
  expect(estimate.hours).toBeCloseTo((1_000 * 0.1) / 512 / 3_600, 9);
  expect(estimate.writeUnits / 1_000).toBeGreaterThan(0.04);
  expect(estimate.writeUnits / 1_000).toBeLessThan(0.1);
  expect(estimate.dollars).toBeGreaterThan(0);
  // What the clone waits is paid: 1,000 calls of 0.1 s at half a gigabyte.
  expect(estimate.service).toMatchObject({ memoryMB: 512, calls: 1_000, gbSeconds: 50 });
  expect(estimate.service?.dollars).toBeCloseTo(50 * 0.0000133334 + 0.0002, 9);
  const smaller = await dryRun(world.deps, { limit: 1_000 }, { callMs: 100, cloneMB: 128 });
  expect(smaller.service?.gbSeconds).toBe(13);
  expect(await world.deps.stores.runs.list({ limit: 1 })).toEqual([]);
  expect(world.journal.calls.size).toBe(0);
  await expect(dryRun(world.deps, { limit: 0 })).rejects.toThrow(/limit/);
});
