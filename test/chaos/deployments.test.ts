import { expect, test } from 'vitest';
import { redriveRun } from '../../shared/control/redrive.ts';
import { showChild } from '../../shared/control/show-child.ts';
import { startRun } from '../../shared/control/start.ts';
import { storedChildren } from './chain.ts';
import { checkRun } from './checks.ts';
import { checkUnmixed, deployedRun, released } from './deployments.ts';
import { chaosPipeline } from './pipeline.ts';
import { answers, type Service } from './service.ts';
import { World } from './world.ts';

/** The short version of `npm run chaos -- --deployments`. */
const SEEDS = Array.from({ length: 8 }, (_, i) => 212 + i);
const CHILDREN = 700;

test('a deployment in the middle of a run: nothing lost or twice, and a report of one definition', async () => {
  let mixed = 0;
  let reducedAnew = 0;
  const reports = new Set<string | null>();
  for (const seed of SEEDS) {
    const result = await deployedRun(seed, CHILDREN);
    expect(result, `seed ${seed}`).toMatchObject({ lost: 0, twice: 0, stuck: 0, mailsTooMany: 0, problems: [] });
    if (result.frozenBy.length > 1) mixed++;
    if (result.frozenBy.some((by) => by !== result.reportOf)) reducedAnew++;
    reports.add(result.reportOf);
  }
  // Without segments of both it would prove nothing; nor if the same one always had the last word.
  expect(mixed).toBeGreaterThan(1);
  expect(reducedAnew).toBeGreaterThan(2);
  expect([...reports].sort()).toEqual(['after', 'before']);
}, 60_000);

test('such a run replays exactly', async () => {
  expect(await deployedRun(3, 300)).toEqual(await deployedRun(3, 300));
});

test('a redrive that a deployment comes into has a report of the newer definition, and the rows of its base', async () => {
  const refused = 7;
  const service: Service = (i, _, { run }) =>
    i % 100 === refused && run === 'r' ? answers(i, { httpStatus: 422, body: '' }) : answers(i);
  const pipeline = chaosPipeline({ children: 700, perSlice: 300 });
  const before = released(pipeline, 'before', 0);
  const after = released(pipeline, 'after', 2);
  let deployed = before;
  const world = new World({ pipeline: before.pipeline, service, release: () => deployed });
  await world.insist((deps) => startRun(deps, { runId: 'r' }, 'cli'));
  await world.runToEnd('r');
  expect(await checkUnmixed(world, 'r')).toEqual({ reportOf: 'before', problems: [] });
  const shown = await showChild(world.deps, 'r', '0-0.0.0');

  await world.insist((deps) => redriveRun(deps, 'r'));
  deployed = after;
  expect((await world.runToEnd('r~2')).status).toBe('succeeded');
  await world.drain();
  expect(await checkUnmixed(world, 'r~2')).toEqual({ reportOf: 'after', problems: [] });
  const expected = await storedChildren(world.deps, 'r');
  expect((await checkRun(world, 'r~2', { expected })).problems).toEqual([]);
  expect(await showChild(world.deps, 'r~2', '0-0.0.0')).toEqual(shown);
  // The first report stays what it was.
  expect(await checkUnmixed(world, 'r')).toEqual({ reportOf: 'before', problems: [] });
});
