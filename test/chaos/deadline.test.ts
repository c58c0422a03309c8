import { expect, test } from 'vitest';
import { resumeRun } from '../../shared/control/control.ts';
import { redriveRun } from '../../shared/control/redrive.ts';
import { planRun, startRun } from '../../shared/control/start.ts';
import { QUEUES } from '../../shared/domain/queues.ts';
import type { Deps } from '../../shared/ports/deps.ts';
import type { FaultPlan } from '../../testing/faults.ts';
import { checkQueues, checkRun } from './checks.ts';
import { chaosPipeline } from './pipeline.ts';
import { readReport } from './report.ts';
import { answers } from './service.ts';
import { HOUR, SECOND, World } from './world.ts';

const CHILDREN = 400;

/**
 * A run that its host left in the middle: messages are queued, calls under way, slices not enumerated, and the host sleeps until ten
 * minutes past the deadline.
 */
async function asleep(plan: FaultPlan = () => 'pass'): Promise<World> {
  const pipeline = chaosPipeline({ children: CHILDREN, perSlice: 300 }, { inFlight: 20, deadlineHours: 0.1 });
  const world = new World({ pipeline, service: (i) => answers(i, { ms: 500 }), isSwept: false, plan: () => plan });
  await world.insist((deps) => startRun(deps, { runId: 'r' }, 'cli'));
  await world.host.run({ limit: world.now() + 3 * SECOND });
  for (const queue of QUEUES) await world.mappings[queue].pause();
  const { deadline = 0 } = (await world.deps.stores.runs.read('r')) ?? {};
  await pass(world, deadline + HOUR / 6 - world.now());
  expect(called(world)).toBeGreaterThan(20);
  return world;
}

/** Time passes, also where nothing is to happen. */
async function pass(world: World, ms: number): Promise<void> {
  const end = world.now() + ms;
  world.clock.at(end, () => undefined);
  await world.host.run({ until: () => world.now() >= end });
}

function awake(world: World): void {
  for (const queue of QUEUES) world.mappings[queue].resume();
}

const called = (world: World) => [...world.journal.calls.values()].reduce((sum, calls) => sum + calls, 0);

async function problems(world: World): Promise<string[]> {
  await world.drain();
  return [...(await checkRun(world, 'r', { closed: 'expired' })).problems, ...(await checkQueues(world))];
}

async function record({ stores }: Pick<Deps, 'stores'>) {
  const found = await stores.runs.read('r');
  if (!found) throw new Error('There is no run.');
  return found;
}

test.each<[who: string, wake: (deps: Deps) => Promise<unknown>]>([
  ['whoever resumes it', (deps) => resumeRun(deps, 'r')],
  ['whoever starts it again', (deps) => startRun(deps, { runId: 'r' }, 'cli')],
  ['whoever plans it anew', async (deps) => planRun(deps, await record(deps))],
  ['its host, once that is there again', async () => undefined],
])('a run that slept over its deadline calls nothing, though %s wakes it', async (_, wake) => {
  const world = await asleep();
  const before = called(world);
  awake(world);
  await world.insist(wake);
  await pass(world, HOUR);
  expect(called(world)).toBe(before);
  world.sweep();
  expect((await world.runToEnd('r')).status).toBe('expired');
  expect(await problems(world)).toEqual([]);
  expect(called(world)).toBe(before);
  const { counts } = (await readReport(world.deps, 'r')).summary;
  expect(counts).toMatchObject({ succeeded: before, expired: counts.total - before });
  expect(counts.expired).toBeGreaterThan(20);
});

test('who resumes it closes it at once, and is told so', async () => {
  const world = await asleep();
  awake(world);
  const resumed = await world.insist((deps) => resumeRun(deps, 'r'));
  expect(resumed).toMatchObject({ expired: true, slots: 0, slices: 0, record: { closed: 'expired' } });
  // Without a sweep.
  expect((await world.runToEnd('r')).status).toBe('expired');
  expect(await problems(world)).toEqual([]);
});

test('messages of such a run are deleted as they come, and not sent round until the sweeper comes', async () => {
  const world = await asleep();
  const sent = [...world.journal.sends.values()].flatMap((turns) => [...turns.values()]).length;
  awake(world);
  await pass(world, HOUR);
  expect(await Promise.all(QUEUES.map((queue) => world.queues[queue].size))).toEqual([0, 0, 0]);
  expect([...world.journal.sends.values()].flatMap((turns) => [...turns.values()])).toHaveLength(sent);
});

test('a redrive of what expired has a deadline of its own, and calls the rest', async () => {
  const world = await asleep();
  awake(world);
  world.sweep();
  await world.runToEnd('r');
  const { expired = 0 } = (await record(world.deps)).counts ?? {};
  await world.insist((deps) => redriveRun(deps, 'r', { statuses: ['EXPIRED'] }));
  const again = await world.runToEnd('r~2');
  expect(again.deadline).toBeGreaterThan((await record(world.deps)).deadline);
  const calls = [...world.journal.calls.keys()].filter((key) => key.startsWith('r~2/'));
  expect(calls).toHaveLength(expired);
});

test('a resume that dies at any of its port calls leaves a run that the sweeper closes', async () => {
  let number = 1;
  for (; number < 100; number++) {
    let calls = 0;
    let isResuming = false;
    const world = await asleep(({ process }) => {
      if (isResuming && process.startsWith('control')) calls += 1;
      return isResuming && process.startsWith('control') && calls === number ? 'crash-after' : 'pass';
    });
    const before = called(world);
    isResuming = true;
    awake(world);
    const ended: string[] = [];
    void world.control((deps) => resumeRun(deps, 'r')).then(({ end }) => ended.push(end));
    world.sweep();
    expect((await world.runToEnd('r')).status).toBe('expired');
    expect(await problems(world)).toEqual([]);
    expect(called(world)).toBe(before);
    if (ended[0] === 'answered') break;
  }
  expect(number).toBeGreaterThan(10);
});
