import { expect, test } from 'vitest';
import { cancelRun, pauseRun, resumeRun } from '../../shared/control/control.ts';
import { startRun } from '../../shared/control/start.ts';
import type { PortCall } from '../../testing/faults.ts';
import { checkQueues, checkRun } from './checks.ts';
import { chaosPipeline } from './pipeline.ts';
import { readReport } from './report.ts';
import { answers, fails, type Service } from './service.ts';
import { HOUR, MINUTE, SECOND, World, type WorldOptions } from './world.ts';

/** Forty calls a second: a run that takes long enough to be controlled. */
const slow: Service = (i) => answers(i, { ms: 500 });
const slowPipeline = (children: number) => chaosPipeline({ children }, { inFlight: 20 });

async function running(children: number, ms: number, options: Partial<WorldOptions> = {}): Promise<World> {
  const world = new World({ pipeline: slowPipeline(children), service: slow, ...options });
  await world.insist((deps) => startRun(deps, { runId: 'r' }, 'cli'));
  await world.host.run({ limit: world.now() + ms });
  return world;
}

async function everything(world: World, closed?: 'cancelled' | 'expired') {
  await world.drain();
  const { problems } = await checkRun(world, 'r', closed ? { closed } : {});
  return [...problems, ...(await checkQueues(world))];
}

test('after a cancel no call begins that is later than five seconds, and the report says what was done', async () => {
  const world = await running(800, 6 * SECOND);
  const cancelled = world.now();
  await world.insist((deps) => cancelRun(deps, 'r'));
  expect((await world.runToEnd('r')).status).toBe('cancelled');
  // The mapping alone stands between the cancel and its report.
  expect(world.now() - cancelled).toBeLessThan(MINUTE);
  expect(await everything(world, 'cancelled')).toEqual([]);
  expect((world.journal.lastCall.get('r') ?? 0) - cancelled).toBeLessThan(5 * SECOND);
  const { counts } = (await readReport(world.deps, 'r')).summary;
  expect(counts.succeeded).toBeGreaterThan(100);
  expect(counts.cancelled).toBeGreaterThan(100);
  expect(counts.succeeded + counts.cancelled).toBe(800);
});

test('a slow service: its answers show as they come, and a cancel loses none but those in flight', async () => {
  const pipeline = chaosPipeline({ children: 120 }, { inFlight: 4 });
  const world = await running(120, 59 * SECOND, { pipeline, service: (i) => answers(i, { ms: 1_700 + 40 * (i % 9) }) });
  const called = () => world.journal.calls.size;
  const { succeeded } = await world.deps.stores.progress.read('r');
  // Four calls at once of two seconds each: what two seconds and one more brought may not be shown yet.
  expect(called() - succeeded).toBeLessThanOrEqual(4 + 8);
  await world.insist((deps) => cancelRun(deps, 'r'));
  expect((await world.runToEnd('r')).status).toBe('cancelled');
  const { counts } = (await readReport(world.deps, 'r')).summary;
  expect(called()).toBeLessThan(120);
  expect(called() - counts.succeeded).toBeLessThanOrEqual(4);
  expect(await everything(world, 'cancelled')).toEqual([]);
});

test('that a service refuses connections is known within two seconds, before any retry', async () => {
  const world = await running(200, 2 * SECOND, { service: () => fails('connection-refused', 1) });
  expect(await world.deps.stores.progress.read('r')).toMatchObject({ failed: 0, retriedFor: 'connection-refused' });
  expect(Math.max(...world.journal.calls.values())).toBe(1);
});

test('a cancel that dies at any of its port calls is completed by the sweeper', async () => {
  const dyingAt = (number: number) => {
    let calls = 0;
    return ({ process }: PortCall) => {
      if (process.startsWith('control') && cancelling) calls += 1;
      return calls === number && process.startsWith('control') && cancelling ? 'crash-after' : 'pass';
    };
  };
  let cancelling = false;
  let number = 1;
  for (; number < 100; number++) {
    cancelling = false;
    // So slow that most children are left when they are given up.
    const service: Service = (i) => answers(i, { ms: 6 * SECOND });
    const world = await running(24, SECOND, { service, plan: () => dyingAt(number) });
    cancelling = true;
    const ended: string[] = [];
    void world.control((deps) => cancelRun(deps, 'r')).then(({ end }) => ended.push(end));
    const record = await world.runToEnd('r');
    // Before its first write it has cancelled nothing, and the run goes on to its own end.
    expect(['cancelled', 'succeeded']).toContain(record.status);
    expect(await everything(world, record.closed === 'cancelled' ? 'cancelled' : undefined)).toEqual([]);
    if (ended[0] === 'answered') break;
  }
  expect(number).toBeGreaterThan(10);
});

test('a closing that a store kept from going on for ten hours ends soon after', async () => {
  let until = 0;
  const world: World = await running(600, 5 * SECOND, {
    plan:
      () =>
      ({ port }) =>
        port === 'segments' && until > 0 && world.now() < until ? 'throttle' : 'pass',
  });
  until = world.now() + 10 * HOUR;
  void world.control((deps) => cancelRun(deps, 'r'));
  expect((await world.runToEnd('r')).status).toBe('cancelled');
  expect(world.now() - until).toBeLessThan(20 * MINUTE);
  expect(await everything(world, 'cancelled')).toEqual([]);
});

test('a paused run calls nobody; resumed, it ends as if it never was', async () => {
  const world = await running(600, 5 * SECOND);
  const paused = world.now();
  await world.insist((deps) => pauseRun(deps, 'r'));
  await world.host.run({ limit: world.now() + 3 * HOUR });
  expect((world.journal.lastCall.get('r') ?? 0) - paused).toBeLessThan(5 * SECOND);
  await world.insist((deps) => resumeRun(deps, 'r'));
  expect((await world.runToEnd('r')).status).toBe('succeeded');
  expect(await everything(world)).toEqual([]);
  // What was under way when it paused is all that may have been called in vain.
  const calls = [...world.journal.calls.values()].reduce((sum, count) => sum + count, 0);
  expect(calls).toBe(600);
});

test('a run whose slices are all counted is running again once it is resumed, also by a second try', async () => {
  let dies = false;
  const world: World = await running(600, 5 * SECOND, {
    plan:
      () =>
      ({ process, method }) =>
        dies && process.startsWith('control') && method === 'readCompletion' ? 'crash-before' : 'pass',
  });
  const status = async () => (await world.deps.stores.runs.read('r'))?.status;
  expect(await status()).toBe('running');
  await world.insist((deps) => pauseRun(deps, 'r'));
  dies = true;
  const died = world.control((deps) => resumeRun(deps, 'r'));
  await world.host.run({ limit: world.now() + SECOND });
  expect((await died).end).toBe('crashed');
  expect(await status()).toBe('splitting');
  dies = false;
  await world.insist((deps) => resumeRun(deps, 'r'));
  expect(await status()).toBe('running');
  expect((await world.runToEnd('r')).status).toBe('succeeded');
  expect(await everything(world)).toEqual([]);
});

test('pausing and resuming over and over never multiplies messages or calls', async () => {
  const world = await running(300, SECOND, { duplicates: 0.1, seed: 3 });
  for (let round = 0; round < 5; round++) {
    await world.insist((deps) => pauseRun(deps, 'r'));
    await world.insist((deps) => resumeRun(deps, 'r'));
    await world.insist((deps) => resumeRun(deps, 'r'));
    await world.host.run({ limit: world.now() + SECOND });
  }
  expect((await world.runToEnd('r')).status).toBe('succeeded');
  expect(await everything(world)).toEqual([]);
});

test('past its deadline a run is closed, and says what expired', async () => {
  const never: Service = (i) =>
    i % 2 === 0 ? answers(i) : answers(i, { httpStatus: 500, retryAfter: '3600', body: '' });
  const pipeline = chaosPipeline({ children: 300 }, { deadlineHours: 0.5 });
  const world = await running(300, SECOND, { pipeline, service: never });
  const record = await world.runToEnd('r');
  expect(record.status).toBe('expired');
  expect((record.endedAt ?? 0) - record.deadline).toBeLessThan(3 * MINUTE);
  expect(await everything(world, 'expired')).toEqual([]);
  expect((await readReport(world.deps, 'r')).summary.counts).toMatchObject({ succeeded: 150, expired: 150 });
});

test('a start repeated, also at once and by starters that die, is one run', async () => {
  let calls = 0;
  const world = new World({
    pipeline: chaosPipeline({ children: 300 }),
    plan: () => () => {
      calls += 1;
      return calls % 9 === 5 && calls < 60 ? 'crash-after' : 'pass';
    },
  });
  const start = () => world.control((deps) => startRun(deps, { runId: 'r' }, 'cli'));
  const starts = Promise.all(Array.from({ length: 8 }, start));
  await world.runToEnd('r');
  const again = start();
  const created = (await starts).filter(({ end }) => end === 'answered');
  expect(created.length).toBeGreaterThan(0);
  expect(created.length).toBeLessThan(8);
  expect(await everything(world)).toEqual([]);
  expect(await again).toMatchObject({ end: 'answered', answer: { created: false, status: 'succeeded' } });
  expect(await world.deps.stores.runs.list({ limit: 10 })).toHaveLength(1);
  await expect(startRun(world.deps, { runId: 'r', limit: 5 }, 'cli')).rejects.toThrow(/other input/);
});

test('a tick of the schedule that fires twice is one run', async () => {
  const schedule = { cron: '0 2 * * *', timeZone: 'UTC', overlap: 'allow' } as const;
  const world = new World({ pipeline: chaosPipeline({ children: 10 }, { schedule }) });
  const tick = () => world.host.invoke(world.functionOf('splitter'), { schedule: '2026-01-01T02:00:00Z' });
  const ticks = Promise.all([tick(), tick()]);
  await world.runToEnd('schedule-20260101-020000');
  void tick();
  await world.drain();
  expect((await ticks).map(({ end }) => end)).toEqual(['answered', 'answered']);
  expect(await world.deps.stores.runs.list({ limit: 10 })).toHaveLength(1);
  expect((await checkRun(world, 'schedule-20260101-020000')).problems).toEqual([]);
  expect(world.mailer.sent).toHaveLength(1);
});
