import { expect, test } from 'vitest';
import { startRun } from '../../shared/control/start.ts';
import { MemoryObjects } from '../../testing/objects.ts';
import { checkQueues, checkRun } from './checks.ts';
import { answerTo, type ChaosSourceOptions, chaosPipeline } from './pipeline.ts';
import { readReport } from './report.ts';
import { answers, type Service } from './service.ts';
import { World } from './world.ts';

async function run(source: ChaosSourceOptions, service?: Service) {
  const objects = new MemoryObjects();
  const world = new World({ pipeline: chaosPipeline(source), objects, ...(service && { service }) });
  await world.insist((deps) => startRun(deps, { runId: 'r' }, 'cli'));
  const record = await world.runToEnd('r');
  await world.drain();
  const problems = [...(await checkRun(world, 'r')).problems, ...(await checkQueues(world))];
  return { world, objects, record, problems };
}

test.each([
  [0, 100_000],
  [1, 100_000],
  [256, 100_000],
  [257, 100_000],
  [4_096, 100_000],
  [4_097, 100_000],
  [65_537, 100_000],
  [4_097, 4_096],
  [100, 1],
])(
  '%i children in slices of %i',
  async (children, perSlice) => {
    const { world, record, problems } = await run({ children, perSlice });
    expect(problems).toEqual([]);
    expect(record).toMatchObject({ status: 'succeeded', counts: { total: children, succeeded: children } });
    const { rows } = await readReport(world.deps, 'r');
    expect(rows.map(({ i }) => i)).toEqual(Array.from({ length: children }, (_, i) => i));
    expect(world.mailer.sent).toHaveLength(1);
  },
  60_000,
);

test('an empty slice among full ones', async () => {
  const { record, problems } = await run({ slices: [0, 3, 0, 0, 300, 0] });
  expect(problems).toEqual([]);
  expect(record.counts?.total).toBe(303);
});

test('an input of 300 KB and a result of 1 MB go through, and no item or message grows with them', async () => {
  const large = 'y'.repeat(1_000_000);
  const service: Service = (i) =>
    i === 2 ? answers(i, { body: JSON.stringify({ ...answerTo(i), large }) }) : answers(i);
  const { world, objects, record, problems } = await run(
    { children: 100, filler: (i) => (i === 1 ? 300_000 : 0) },
    service,
  );
  expect(problems).toEqual([]);
  expect(record.status).toBe('succeeded');
  const pages = [0].map((block) => world.deps.stores.blocks.readAll('r', { slice: 0, segment: 0, block }));
  for (const content of await Promise.all(pages)) expect(JSON.stringify(content).length).toBeLessThan(100_000);
  const sizes = await Promise.all(objects.keys().map(async (key) => (await objects.get(key)).length));
  expect(sizes.filter((bytes) => bytes > 300_000)).toHaveLength(2);
});
