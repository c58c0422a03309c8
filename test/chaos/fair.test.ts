import { expect, test } from 'vitest';
import { startRun } from '../../shared/control/start.ts';
import { chaosPipeline } from './pipeline.ts';
import { answers } from './service.ts';
import { SECOND, World } from './world.ts';

const SMALL = 600;

/** How long half of a run's children wait at least, from its start to their first call; a run ten times as large may go on beside it. */
async function medianWait({ fairRuns, beside }: { fairRuns: boolean; beside: boolean }): Promise<number> {
  const pipeline = chaosPipeline({ children: 10 * SMALL }, { inFlight: 64, fairRuns });
  const called: number[] = [];
  const world: World = new World({
    pipeline,
    service: (i, _, { run }) => {
      if (run === 'small') called.push(world.now());
      return answers(i, { ms: 200 });
    },
  });
  if (beside) {
    await world.insist((deps) => startRun(deps, { runId: 'large' }, 'cli'));
    await world.host.run({ limit: world.now() + 5 * SECOND });
  }
  const startedAt = world.now();
  await world.insist((deps) => startRun(deps, { runId: 'small', limit: SMALL }, 'cli'));
  await world.runToEnd('small');
  expect(called.length).toBe(SMALL);
  return (called[SMALL / 2] ?? 0) - startedAt;
}

test('beside a run ten times as large, half of a run’s children wait at most twice as long, if runs share fairly', async () => {
  const alone = await medianWait({ fairRuns: true, beside: false });
  expect((await medianWait({ fairRuns: true, beside: true })) / alone).toBeLessThanOrEqual(2);
  // Else it waits for all that the other one has sent.
  expect((await medianWait({ fairRuns: false, beside: true })) / alone).toBeGreaterThan(10);
});

test('a run that comes later is called within seconds, also while the queue has no room', async () => {
  const ROOM = 5;
  const pipeline = chaosPipeline({ children: 20_000, perSlice: 20_000 }, { inFlight: 64, fairRuns: true });
  const called: number[] = [];
  const world: World = new World({
    pipeline,
    workRoom: ROOM,
    service: (i, _, { run }) => {
      if (run === 'small') called.push(world.now());
      return answers(i, { ms: 200 });
    },
  });
  await world.insist((deps) => startRun(deps, { runId: 'large' }, 'cli'));
  await world.host.run({ limit: world.now() + SECOND });
  expect(world.queues.work.size).toBeGreaterThan(ROOM);
  const startedAt = world.now();
  await world.insist((deps) => startRun(deps, { runId: 'small', limit: 64 }, 'cli'));
  await world.runToEnd('small');
  expect((called[0] ?? Number.POSITIVE_INFINITY) - startedAt).toBeLessThanOrEqual(SECOND);
});
