import { beforeAll, describe, expect, test } from 'vitest';
import { failures } from '../../shared/control/failures.ts';
import { redriveRun } from '../../shared/control/redrive.ts';
import { showChild } from '../../shared/control/show-child.ts';
import { aggregateMessage, splitMessage, workMessage } from '../../shared/domain/messages.ts';
import { readManifest } from '../../shared/storage/manifest.ts';
import { randomFaults } from '../../testing/fault-plans.ts';
import { MemoryTable } from '../../testing/memory-table.ts';
import { MemoryObjects } from '../../testing/objects.ts';
import { checkQueues } from '../chaos/checks.ts';
import { World, type WorldOptions } from '../chaos/world.ts';
import { previousItems, previousKinds, previousMessages, previousNow, previousObjects } from './previous.ts';
import { CITIES, KILLER, kmOf, LARGE_ITEM, LARGE_RESULT, REFUSED, releasePipeline, releaseService } from './release.ts';
import { AT_FIRST, report, wrong } from './report.ts';

/** A world of this release in the middle of what the previous one was at. */
async function takenOver(options: Partial<WorldOptions> = {}): Promise<World> {
  const table = new MemoryTable();
  for (const item of previousItems()) await table.put({ pk: item.pk?.S ?? '', sk: item.sk?.S ?? '' }, item);
  const objects = new MemoryObjects();
  for (const { key, body } of previousObjects()) await objects.put(key, body);
  const world = new World({
    pipeline: releasePipeline(),
    service: releaseService,
    table,
    objects,
    isSwept: false,
    ...options,
  });
  world.clock.after(previousNow() - world.now(), () => undefined);
  await world.host.run();
  for (const { queue, body } of previousMessages()) await world.queues[queue].send([{ message: body }]);
  world.sweep();
  return world;
}

test.each(previousKinds())('a message of the previous release is read: %j', ({ queue, body }) => {
  const schema = { split: splitMessage, work: workMessage, aggregate: aggregateMessage }[queue];
  expect(schema.parse(body)).toEqual(body);
});

describe('a run that the previous release had under way', () => {
  let world: World;
  const calledBefore = new Set<string>();

  beforeAll(async () => {
    world = await takenOver();
    // The fixtures must hold what makes this worth something.
    const { stores } = world.deps;
    const root = await stores.runs.readCompletion('going');
    expect([root.slices, root.counted.size, root.done.size]).toEqual([4, 3, 1]);
    const block = await stores.blocks.read('going', { slice: 1, segment: 0, block: 0 });
    expect([...block.registers.values()].some(({ mark }) => mark !== null)).toBe(true);
    expect([...block.registers.values()].some(({ tries }) => tries.size > 0)).toBe(true);
    for (const n of block.done) calledBefore.add(`going/1-0.0.${n}`);
    await world.runToEnd('going');
  });

  test('ends, with the report that it would have had', async () => {
    expect(await world.deps.stores.runs.read('going')).toMatchObject({
      status: 'succeeded-with-failures',
      counts: { total: CITIES, failed: 2 },
      mail: 'sent',
    });
    expect(wrong(await report(world, 'going'), AT_FIRST)).toEqual([]);
    expect(world.mailer.sent).toHaveLength(1);
  });

  test('calls nothing again that had ended', () => {
    expect(calledBefore.size).toBeGreaterThan(50);
    expect([...calledBefore].filter((child) => world.journal.calls.has(child))).toEqual([]);
  });

  test('has parts of both releases in one report, all reduced by this one', async () => {
    const parts = await readManifest(world.objects, 'going');
    expect(new Set(parts.map(({ reducedBy }) => reducedBy)).size).toBe(1);
    expect(parts.filter(({ reduced }) => reduced !== undefined)).toHaveLength(1);
  });

  test('is shown child by child, also of what the previous release froze', async () => {
    const large = await showChild(world.deps, 'going', `0-0.0.${LARGE_RESULT}`);
    expect(large).toMatchObject({
      status: 'SUCCEEDED',
      result: { km: kmOf(LARGE_RESULT), trace: expect.stringMatching(/^y+$/) },
    });
    const item = await showChild(world.deps, 'going', `2-0.0.${LARGE_ITEM - 340}`);
    expect(item).toMatchObject({ status: 'SUCCEEDED', item: { i: LARGE_ITEM, filler: expect.stringMatching(/^x+$/) } });
    const failed = [];
    for await (const failure of failures(world.deps, 'going')) failed.push([failure.id, failure.reason]);
    expect(failed).toEqual([
      [`0-0.0.${REFUSED}`, 'http-422'],
      [`1-0.0.${KILLER - 40}`, 'poison'],
    ]);
  });

  test('is redriven', async () => {
    await world.insist((deps) => redriveRun(deps, 'going'));
    expect((await world.runToEnd('going~2')).status).toBe('succeeded');
    expect(wrong(await report(world, 'going~2'), {})).toEqual([]);
    await world.drain();
    expect(await checkQueues(world)).toEqual([]);
  });
});

test('a run that the previous release finished is shown and redriven', async () => {
  const world = await takenOver();
  const { deps } = world;
  const failed: string[] = [];
  for await (const { id } of failures(deps, 'ended')) failed.push(id);
  expect(failed).toHaveLength(20);
  expect(await showChild(deps, 'ended', failed[0] ?? '')).toMatchObject({ status: 'FAILED', reason: 'http-422' });
  expect(await deps.stores.refusals.list(9)).toMatchObject([{ reason: 'not-a-message' }]);
  expect((await deps.stores.runs.list({ limit: 9 })).map(({ run, trigger }) => [run, trigger])).toEqual([
    ['going', 'cli'],
    ['ended', 'cli'],
  ]);
  await world.insist((each) => redriveRun(each, 'ended'));
  expect((await world.runToEnd('ended~2')).status).toBe('succeeded');
  expect(wrong(await report(world, 'ended~2'), {})).toEqual([]);
});

test.each([1, 2, 3])('a run taken over under faults ends as well: seed %i', async (seed) => {
  const rates = { crashBefore: 0.005, crashAfter: 0.005, loseAnswer: 0.005, throttle: 0.005, stale: 0.1 };
  const plan: WorldOptions['plan'] = (random) => randomFaults(random, rates);
  const world = await takenOver({ seed, duplicates: 0.1, lostDeletes: 0.02, plan });
  await world.runToEnd('going');
  const failed = Object.fromEntries(
    (await report(world, 'going')).flatMap(({ status, reason }, i) => (status === 'FAILED' ? [[i, reason]] : [])),
  );
  // Crashes may make poison of more.
  expect(failed).toMatchObject(AT_FIRST);
  expect(wrong(await report(world, 'going'), failed)).toEqual([]);
});
