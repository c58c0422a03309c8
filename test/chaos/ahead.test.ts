import { expect, test } from 'vitest';
import { pauseRun, resumeRun } from '../../shared/control/control.ts';
import { startRun } from '../../shared/control/start.ts';
import { faultAt } from '../../testing/fault-plans.ts';
import type { FaultPlan } from '../../testing/faults.ts';
import { checkQueues, checkRun } from './checks.ts';
import { chaosPipeline } from './pipeline.ts';
import { answers, type Service } from './service.ts';
import { HOUR, MINUTE, SECOND, World } from './world.ts';

const ROOM = 5;
/** Of small items: ten blocks of four messages. */
const WINDOW = 40;

const slow: Service = (i) => answers(i, { ms: 200 });

function worldOf(slices: readonly number[], plan?: FaultPlan): World {
  const pipeline = chaosPipeline({ slices }, { inFlight: 64 });
  return new World({ pipeline, service: slow, workRoom: ROOM, ...(plan && { plan: () => plan }) });
}

const start = (world: World, runId = 'r') => world.insist((deps) => startRun(deps, { runId }, 'cli'));

async function problemsOf(world: World, ...runs: string[]): Promise<string[]> {
  await world.drain();
  const problems = await checkQueues(world);
  for (const run of runs) problems.push(...(await checkRun(world, run, { samples: 3 })).problems);
  return problems;
}

/** The most messages that a queue holds until `done`, looked at every second. */
async function longest(world: World, queue: 'work' | 'split', done: () => Promise<unknown>): Promise<number> {
  let most = 0;
  const look = () => {
    most = Math.max(most, world.queues[queue].size);
    stop = world.clock.after(SECOND, look);
  };
  let stop = world.clock.after(SECOND, look);
  await done();
  stop();
  return most;
}

test('a queue with room for few messages holds no more than a window beyond', async () => {
  const world = worldOf([4_000]);
  await start(world);
  const most = await longest(world, 'work', () => world.runToEnd('r'));
  // Of 63 in all, which a splitter sends within a second.
  expect(most).toBeLessThanOrEqual(ROOM + WINDOW);
  expect((await world.deps.stores.runs.read('r'))?.counts).toMatchObject({ total: 4_000, succeeded: 4_000 });
  expect(await problemsOf(world, 'r')).toEqual([]);
});

test.each(['crash-before', 'crash-after'] as const)(
  'a splitter that dies while it is ahead loses nothing: %s',
  async (fault) => {
    const calls: number[] = [];
    const noting: FaultPlan = ({ process, number }) => {
      if (process.startsWith('splitter')) calls.push(number);
      return 'pass';
    };
    const untouched = worldOf([1_000], noting);
    await start(untouched);
    await untouched.runToEnd('r');
    expect(await problemsOf(untouched, 'r')).toEqual([]);
    // Many of the looks are alike: with both faults each third call is hit.
    for (const number of calls.filter((_, at) => at % 6 === (fault === 'crash-before' ? 0 : 3))) {
      const world = worldOf([1_000], faultAt(number, fault));
      await start(world);
      expect((await world.runToEnd('r')).status, `${fault} at call ${number}`).toBe('succeeded');
      expect(await problemsOf(world, 'r'), `${fault} at call ${number}`).toEqual([]);
      expect(world.journal.faults.size).toBe(1);
    }
  },
);

test('while nothing is called for an hour no sweep multiplies the messages of slices, and all goes on then', async () => {
  const slices = [300, 300, 300];
  const world = worldOf(slices);
  await world.mappings.work.pause();
  await start(world);
  // Three times as long as the sweeper waits.
  const most = await longest(world, 'split', () => world.host.run({ limit: world.now() + HOUR }));
  expect(most).toBe(slices.length);
  expect(world.queues.work.size).toBeLessThanOrEqual(ROOM + slices.length * WINDOW);
  world.mappings.work.resume();
  expect((await world.runToEnd('r')).counts).toMatchObject({ total: 900, succeeded: 900 });
  expect(await problemsOf(world, 'r')).toEqual([]);
});

test('a run gets its share of a queue that another run keeps full', async () => {
  const world = worldOf([8_000, 8_000]);
  await start(world);
  await world.host.run({ limit: world.now() + 10 * SECOND });
  await start(world, 'later');
  await world.host.run({ limit: world.now() + 30 * SECOND });
  const called = [...world.journal.calls.keys()].filter((child) => child.startsWith('later/'));
  // All forwarders together call 320 a second.
  expect(called.length).toBeGreaterThan(500);
  expect((await world.deps.stores.runs.read('r'))?.status).toBe('splitting');
});

test('a run that was paused while it was ahead goes on when it is resumed', async () => {
  const world = worldOf([2_000]);
  await start(world);
  await world.host.run({ limit: world.now() + 3 * SECOND });
  await world.insist((deps) => pauseRun(deps, 'r'));
  await world.host.run({ limit: world.now() + 10 * MINUTE });
  expect(await world.deps.stores.runs.read('r')).toMatchObject({ status: 'paused' });
  await world.insist((deps) => resumeRun(deps, 'r'));
  expect((await world.runToEnd('r')).counts).toMatchObject({ total: 2_000, succeeded: 2_000 });
  expect(await problemsOf(world, 'r')).toEqual([]);
});
