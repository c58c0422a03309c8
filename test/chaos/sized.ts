import { expect } from 'vitest';
import { startRun } from '../../shared/control/start.ts';
import { MemoryObjects } from '../../testing/objects.ts';
import { checkQueues, checkRun } from './checks.ts';
import { type ChaosSourceOptions, chaosPipeline } from './pipeline.ts';
import { readReport } from './report.ts';
import type { Service } from './service.ts';
import { World } from './world.ts';

/** A run without faults, to its end, and all that is wrong with it. */
export async function run(source: ChaosSourceOptions, service?: Service) {
  const objects = new MemoryObjects();
  const world = new World({ pipeline: chaosPipeline(source), objects, ...(service && { service }) });
  await world.insist((deps) => startRun(deps, { runId: 'r' }, 'cli'));
  const record = await world.runToEnd('r');
  await world.drain();
  const problems = [...(await checkRun(world, 'r')).problems, ...(await checkQueues(world))];
  return { world, objects, record, problems };
}

/** Expects that a run of so many children succeeds, reports each in order, and mails once. */
export async function expectWhole(children: number, perSlice: number): Promise<void> {
  const { world, record, problems } = await run({ children, perSlice });
  expect(problems).toEqual([]);
  expect(record).toMatchObject({ status: 'succeeded', counts: { total: children, succeeded: children } });
  const { rows } = await readReport(world.deps, 'r');
  expect(rows.map(({ i }) => i)).toEqual(Array.from({ length: children }, (_, i) => i));
  expect(world.mailer.sent).toHaveLength(1);
}
