import { expect, test } from 'vitest';
import { startRun } from '../../shared/control/start.ts';
import { chaosRun } from './chaos.ts';
import { checkQueues, checkRun } from './checks.ts';
import { chaosPipeline } from './pipeline.ts';
import { readReport } from './report.ts';
import { answers } from './service.ts';
import { HOUR, World } from './world.ts';

const sum = (counts: ReadonlyMap<unknown, number>) => [...counts.values()].reduce((total, count) => total + count, 0);

test('in batches under chaos: each child in its report once, and called no more often than halvings explain', async () => {
  let halvings = 0;
  for (const seed of [700, 702]) {
    const worlds: World[] = [];
    const result = await chaosRun(seed, 400, ({ pipeline, ...options }) => {
      const endpoint = { ...pipeline.endpoint, itemsPerCall: seed === 700 ? 3 : 50 };
      const world = new World({ ...options, pipeline: { ...pipeline, endpoint } });
      worlds.push(world);
      return world;
    });
    expect(result, `seed ${seed}`).toMatchObject({ lost: 0, twice: 0, stuck: 0, mailsTooMany: 0, problems: [] });
    halvings += sum(worlds[0]?.journal.together ?? new Map());
  }
  expect(halvings).toBeGreaterThan(200);
});

test('a killer in a batch is found, and nobody else fails of it', async () => {
  const world = new World({
    pipeline: chaosPipeline({ children: 200 }, { itemsPerCall: 50 }),
    service: (i) => (i === 77 ? { kind: 'kill', ms: 10 } : answers(i)),
  });
  await world.insist((deps) => startRun(deps, { runId: 'r' }, 'cli'));
  expect((await world.runToEnd('r')).counts).toMatchObject({ succeeded: 199, failed: 1 });
  await world.drain();
  expect((await readReport(world.deps, 'r')).summary.reasons).toMatchObject([{ reason: 'poison', count: 1 }]);
  expect([...(await checkRun(world, 'r')).problems, ...(await checkQueues(world))]).toEqual([]);
  expect(sum(world.journal.deaths)).toBeGreaterThan(3);
});

test('a fleet that halves spends no more calls than a few for each child that fails', async () => {
  const world = new World({
    pipeline: chaosPipeline({ children: 2_560 }, { itemsPerCall: 64 }),
    service: (i) => answers(i, i % 500 === 3 ? { httpStatus: 422, body: '{}' } : {}),
  });
  let calls = 0;
  await world.insist((deps) => startRun(deps, { runId: 'r' }, 'cli'));
  expect((await world.runToEnd('r')).counts).toMatchObject({ succeeded: 2_554, failed: 6 });
  for (const [, count] of world.journal.calls) calls += count;
  // Of a slot with a culprit each child is called at most seven times, of the others once.
  expect(calls).toBeLessThan(2_560 + 6 * 64 * 2 + 6 * 7);
});

test.each([
  [500, 5, undefined],
  [50, 2, 50],
  [50, 5, undefined],
  [1_000, 50, 50],
])(
  'of %i children %i fail every time, in lists of %s: they spend their tries, and no breaker keeps them',
  async (children, bad, itemsPerCall) => {
    const world = new World({
      pipeline: chaosPipeline({ children }, itemsPerCall === undefined ? {} : { itemsPerCall }),
      service: (i) => answers(i, i % (children / bad) === 1 ? { httpStatus: 500, body: '' } : {}),
    });
    const begun = world.now();
    await world.insist((deps) => startRun(deps, { runId: 'r' }, 'cli'));
    expect((await world.runToEnd('r')).counts).toMatchObject({ succeeded: children - bad, failed: bad });
    expect(world.now() - begun).toBeLessThan(3 * HOUR);
  },
);
