import { expect, test } from 'vitest';
import type { Source } from '../../shared/author/source.ts';
import { startRun } from '../../shared/control/start.ts';
import { QUEUES } from '../../shared/domain/queues.ts';
import type { FaultPlan } from '../../testing/faults.ts';
import { checkQueues, checkRun } from './checks.ts';
import { type ChaosItem, chaosPipeline } from './pipeline.ts';
import { readReport } from './report.ts';
import { answers, type Behaviour, fails, type Service } from './service.ts';
import { HOUR, MINUTE, SECOND, World, type WorldOptions } from './world.ts';

async function started(children: number, options: Partial<WorldOptions> = {}): Promise<World> {
  const world = new World({ pipeline: chaosPipeline({ children, perSlice: 5_000 }), ...options });
  await world.insist((deps) => startRun(deps, { runId: 'r' }, 'cli'));
  return world;
}

async function problems(world: World): Promise<string[]> {
  await world.drain();
  return [...(await checkRun(world, 'r')).problems, ...(await checkQueues(world))];
}

const CULPRIT = 70;

test.each<[string, Behaviour]>([
  ['kills its forwarder', { kind: 'kill', ms: 30 }],
  ['hangs its forwarder', { kind: 'hang' }],
])('a child that %s fails as poison within four visibility time-outs, its neighbours succeed', async (_, behaviour) => {
  const service: Service = (i) => (i === CULPRIT ? behaviour : answers(i));
  const world = await started(640, { service });
  const begun = world.now();
  const record = await world.runToEnd('r');
  const visibility = world.wiring.queues.work.visibilitySeconds * SECOND;
  // Received, crashed, hidden: with its batch, with its slot, and twice alone; then it's only said.
  expect(world.now() - begun).toBeLessThan(4 * visibility + MINUTE);
  expect(record.counts).toMatchObject({ total: 640, succeeded: 639, failed: 1 });
  expect(await problems(world)).toEqual([]);
  const { rows } = await readReport(world.deps, 'r');
  expect(rows.find(({ i }) => i === CULPRIT)).toMatchObject({ status: 'FAILED', reason: 'poison' });
  // As usual, apart and alone; those of its batch as usual and apart.
  const slot = Math.floor(CULPRIT / 64);
  const most = (i: number) => (i === CULPRIT ? 4 : Math.floor(i / 64) === slot ? 3 : 2);
  const tooOften = rows.filter(({ id, i }) => (world.journal.calls.get(`r/${id}`) ?? 0) > most(i));
  expect(tooOften).toEqual([]);
});

test('several killers in one batch each fail as poison, and nobody else', async () => {
  const killers = new Set([3, 4, 64, 200, 639]);
  const service: Service = (i) => (killers.has(i) ? { kind: 'kill', ms: 10 } : answers(i));
  const world = await started(640, { service });
  expect((await world.runToEnd('r')).counts).toMatchObject({ succeeded: 635, failed: 5 });
  expect(await problems(world)).toEqual([]);
  const { rows } = await readReport(world.deps, 'r');
  expect(new Set(rows.filter(({ reason }) => reason === 'poison').map(({ i }) => i))).toEqual(killers);
});

test('a child that answers 100 MB fails at once, with a reason', async () => {
  const world = await started(64, { service: (i) => (i === 5 ? fails('response-too-large') : answers(i)) });
  expect((await world.runToEnd('r')).counts).toMatchObject({ succeeded: 63, failed: 1 });
  expect([...world.journal.calls.values()].every((calls) => calls === 1)).toBe(true);
  expect((await readReport(world.deps, 'r')).summary.reasons).toEqual([{ reason: 'response-too-large', count: 1 }]);
});

/** Ports that answer nothing for a quarter of an hour, from the first time that a function of the pipeline asks them. */
function outage(world: () => World, isOut: (port: string) => boolean): FaultPlan {
  let since: number | null = null;
  return ({ port, process }) => {
    if (!isOut(port) || process.startsWith('control')) return 'pass';
    since ??= world().now();
    return world().now() < since + 15 * MINUTE ? 'throttle' : 'pass';
  };
}

test.each(['blocks', 'runs', 'segments', 'chains', 'objects', 'work', 'aggregate', 'every port'])(
  'an outage of %s for a quarter of an hour makes no poison, and nothing is lost',
  async (port) => {
    let world: World | null = null;
    const plan = outage(
      () => world ?? expect.unreachable(),
      (each) => each === port || port === 'every port',
    );
    world = new World({
      pipeline: chaosPipeline({ children: 1_500, perSlice: 500 }, { inFlight: 100 }),
      service: (i) => answers(i, { ms: 100 }),
      plan: () => plan,
    });
    await world.insist((deps) => startRun(deps, { runId: 'r' }, 'cli'));
    expect((await world.runToEnd('r')).status).toBe('succeeded');
    expect(await problems(world)).toEqual([]);
    expect(world.journal.faults.get('throttle')).toBeGreaterThan(0);
  },
);

test('a backlog that met an outage is called as fast behind it as before', async () => {
  const duration = async (isOut: (port: string) => boolean) => {
    const plan = outage(() => world, isOut);
    const world: World = new World({
      pipeline: chaosPipeline({ children: 6_400 }, { inFlight: 100 }),
      service: (i) => answers(i, { ms: 500 }),
      plan: () => plan,
    });
    await world.insist((deps) => startRun(deps, { runId: 'r' }, 'cli'));
    const begun = world.now();
    expect((await world.runToEnd('r')).status).toBe('succeeded');
    const took = world.now() - begun;
    expect(await problems(world)).toEqual([]);
    return took;
  };
  const undisturbed = await duration(() => false);
  const disturbed = await duration((port) => port === 'blocks');
  // The outage's quarter of an hour, the longest wait of a message that met it, and the work itself.
  expect(disturbed).toBeLessThan(15 * MINUTE + 5 * MINUTE + 2 * undisturbed);
});

test('forwarders that stand still for hours make no poison', async () => {
  const world = await started(640, { service: (i) => answers(i, { ms: 300 }) });
  world.mappings.work.pause();
  await world.host.run({ limit: world.now() + HOUR });
  const queued = world.queues.work.size;
  await world.host.run({ limit: world.now() + 20 * HOUR });
  // Messages that wait to be received are not lost: the sweeper adds none to them.
  expect(world.queues.work.size).toBe(queued);
  world.mappings.work.resume();
  expect((await world.runToEnd('r')).status).toBe('succeeded');
  expect(await problems(world)).toEqual([]);
});

test.each(QUEUES)('whatever is purged from queue %s, the sweeper brings the run to its end', async (name) => {
  for (const ms of [0, 20, 200, SECOND, 3 * SECOND]) {
    const world = new World({
      pipeline: chaosPipeline({ children: 600, perSlice: 200 }, { inFlight: 40 }),
      service: (i, nth) => (i % 50 === 0 && nth === 1 ? fails('timeout', 5_000) : answers(i, { ms: 100 })),
    });
    await world.insist((deps) => startRun(deps, { runId: 'r' }, 'cli'));
    await world.host.run({ limit: world.now() + ms });
    world.queues[name].purge();
    expect((await world.runToEnd('r')).status).toBe('succeeded');
    expect(await problems(world), `purged after ${ms} ms`).toEqual([]);
  }
});

test('a run whose every first notification is lost is finished by the sweeper', async () => {
  const world = await started(600);
  const { aggregate } = world.queues;
  const lost = new Set<string>();
  // Whatever kind of message comes for the first time never arrives.
  const lose = () => {
    for (const type of ['segment', 'finish']) {
      const isOf = (body: string) => body.includes(`"type":"${type}"`);
      if (!lost.has(type) && aggregate.drop(isOf) > 0) lost.add(type);
    }
    return lost.size === 2;
  };
  await world.host.run({ until: lose });
  expect((await world.runToEnd('r')).status).toBe('succeeded');
  expect(await problems(world)).toEqual([]);
});

test('the first child is called within five seconds, while enumeration goes on in one invocation after the other', async () => {
  const children = 20_000;
  // Four seconds for each page: five minutes of a function's time are not enough for all.
  const plan: FaultPlan = ({ port, method }) =>
    port === 'chains' && method === 'putPage' ? { delayMs: 4_500 } : 'pass';
  const world = new World({ pipeline: chaosPipeline({ children, perSlice: 100_000 }), plan: () => plan });
  const begun = world.now();
  await world.insist((deps) => startRun(deps, { runId: 'r' }, 'cli'));
  await world.host.run({ until: () => world.journal.calls.size > 0 });
  expect(world.now() - begun).toBeLessThan(5 * SECOND);
  expect((await world.deps.stores.runs.readCompletion('r')).counted.size).toBe(0);
  expect((await world.runToEnd('r')).counts?.succeeded).toBe(children);
  expect(world.journal.splits.get('r/0')).toBeGreaterThan(1);
  expect(world.host.counts.crashed).toBe(0);
  expect(await problems(world)).toEqual([]);
});

test('a slice that can never be enumerated closes the run with the reason, and what was done is reported', async () => {
  const source: Source<ChaosItem> = {
    plan: async () => [0, 1],
    async *read({ range }) {
      if (range === 1) throw new Error('There is no such file.');
      yield { item: { i: 0, reading: 1 }, cursor: 1 };
    },
  };
  const world = new World({ pipeline: chaosPipeline(source) });
  await world.insist((deps) => startRun(deps, { runId: 'r' }, 'cli'));
  const record = await world.runToEnd('r');
  expect(record).toMatchObject({ status: 'failed', closed: 'split-failed', counts: { total: 1, succeeded: 1 } });
  // It may have been a store of the source's that was down: it is asked five times.
  expect(world.journal.splits.get('r/1')).toBe(5);
  expect(record.failure?.detail).toMatch(/^slice 1: Error at .*recovery\.test\.ts:\d+:\d+\)?$/);
  await world.drain();
  expect((await checkRun(world, 'r', { closed: 'split-failed' })).problems).toEqual([]);
});

/** Values that only untyped code gives. */
const cycle = JSON.parse('{"name":"Ada"}');
cycle.itself = cycle;
const unfit = { undefined: undefined, bigint: 7n, cycle };

test.each<[string, keyof typeof unfit, RegExp]>([
  ['an item', 'undefined', /item 3 is undefined; allowed is/],
  ['an item', 'bigint', /item 3 is a bigint \(give its text\); allowed is/],
  ['an item', 'cycle', /item 3 is nested too deep, or in a circle; allowed are 500 levels/],
  ['a cursor', 'undefined', /the cursor behind item 3 is undefined/],
  ['a cursor', 'bigint', /cursor is a bigint \(give its text\); allowed is/],
])('%s that is %s closes the run at once, with the reason, and is not shown', async (where, kind, message) => {
  const value = Reflect.get(unfit, kind);
  const source: Source<ChaosItem> = {
    plan: async () => [0, 1],
    async *read({ range }) {
      const isUnfit = (i: number) => range === 1 && i === 2;
      for (let i = 0; i < 3; i++) {
        const item = { i, reading: 1 };
        if (where === 'an item') yield { item: isUnfit(i) ? value : item, cursor: i + 1 };
        else yield { item, cursor: isUnfit(i) ? value : i + 1 };
      }
    },
  };
  const world = new World({ pipeline: chaosPipeline(source) });
  await world.insist((deps) => startRun(deps, { runId: 'r' }, 'cli'));
  const record = await world.runToEnd('r');
  expect(record).toMatchObject({ status: 'failed', closed: 'split-failed' });
  expect(world.journal.splits.get('r/1')).toBe(1);
  expect(record.failure).toMatchObject({ reason: 'split-failed', detail: expect.stringMatching(message) });
  const said = world.errors.join('\n');
  expect(said).toMatch(message);
  expect(said).not.toMatch(/Ada|itself/);
});
