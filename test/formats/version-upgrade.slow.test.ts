import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Item } from '../../shared/adapters/dynamodb/attributes.ts';
import { unpack } from '../../shared/adapters/dynamodb/codec.ts';
import { parseChildId } from '../../shared/domain/ids.ts';
import { QUEUES, type QueueName } from '../../shared/domain/queues.ts';
import { MemoryTable } from '../../testing/memory-table.ts';
import { MemoryObjects } from '../../testing/objects.ts';
import { answers } from '../chaos/service.ts';
import type { World } from '../chaos/world.ts';
import { kmOf } from './release.ts';
import { report, wrong } from './report.ts';

/** All of the code, loaded anew, so with a process of its own: as a release that reads and writes these versions. */
async function releaseOf(reads: readonly number[], writes: number) {
  vi.resetModules();
  vi.doMock('../../shared/domain/format.ts', () => ({ READS: reads, WRITES: writes }));
  const [world, definition, start, control, sqs, messages, stores] = await Promise.all([
    import('../chaos/world.ts'),
    import('./release.ts'),
    import('../../shared/control/start.ts'),
    import('../../shared/control/control.ts'),
    import('../../shared/lambda/sqs.ts'),
    import('../../shared/domain/messages.ts'),
    import('../../shared/adapters/dynamodb/stores-on.ts'),
  ]);
  return { ...world, ...definition, ...start, ...control, ...sqs, ...messages, ...stores };
}
type Release = Awaited<ReturnType<typeof releaseOf>>;

const RUN = 'r';
const table = new MemoryTable();
const objects = new MemoryObjects();
/** The versions that each release wrote, in messages and in pages. */
const wrote: Record<string, { messages: Set<unknown>; pages: Set<unknown> }> = {};
/** What step two had sent when it was rolled back. */
let sentByTwo: { queue: QueueName; body: string }[] = [];
let today: Release;
let last: World;

const versionOf = (message: unknown) => Object(message).v;
const isPage = ({ sk }: Item) => /^(IN|OUT)#/.test(sk?.S ?? '');
function pageVersion({ p }: Item): unknown {
  const page = unpack(p?.B ?? new Uint8Array());
  return Array.isArray(page) ? page[0] : undefined;
}
const keyOf = ({ pk, sk }: Item) => `${pk?.S} ${sk?.S}`;

/** A release takes over what the one before has under way, works on it for four seconds, and sends all of it anew. */
async function takesOver(name: string, release: Release, before?: World): Promise<World> {
  const known = new Set(table.items().map(keyOf));
  const world = new release.World({
    // Ids are random, and no two releases draw the same: an outcome page under another's id would take its place.
    seed: Object.keys(wrote).length + 1,
    pipeline: release.releasePipeline(),
    service: (i) => answers(i, { body: JSON.stringify({ km: kmOf(i) }), ms: 1_000 }),
    table,
    objects,
    isSwept: false,
  });
  const messages = new Set<unknown>();
  if (before) {
    world.clock.after(before.now() - world.now(), () => undefined);
    await world.host.run();
    for (const queue of QUEUES) {
      await world.queues[queue].send(before.queues[queue].bodies().map((body) => ({ message: JSON.parse(body) })));
    }
  }
  for (const queue of QUEUES) {
    const send = world.queues[queue].send.bind(world.queues[queue]);
    world.queues[queue].send = (sent) => {
      for (const { message } of sent) messages.add(versionOf(message));
      return send(sent);
    };
  }
  world.sweep();
  if (!before) await world.insist((deps) => release.startRun(deps, { runId: RUN }, 'cli'));
  await world.host.run({ limit: world.now() + 4_000 });
  await world.insist((deps) => release.pauseRun(deps, RUN));
  await world.insist((deps) => release.resumeRun(deps, RUN));
  const pages = table.items().filter((item) => isPage(item) && !known.has(keyOf(item)));
  wrote[name] = { messages, pages: new Set(pages.map(pageVersion).filter((version) => version !== undefined)) };
  return world;
}

beforeAll(async () => {
  today = await releaseOf([1], 1);
  const one = await releaseOf([1, 2], 1);
  const two = await releaseOf([1, 2], 2);
  const first = await takesOver('today', today);
  const second = await takesOver('one', one, first);
  const third = await takesOver('two', two, second);
  sentByTwo = QUEUES.flatMap((queue) => third.queues[queue].bodies().map((body) => ({ queue, body })));
  last = await takesOver('one again', one, third);
  await last.runToEnd(RUN);
}, 60_000);
afterAll(() => {
  vi.doUnmock('../../shared/domain/format.ts');
  vi.resetModules();
});

describe('a version is raised in two steps, with a run under way', () => {
  test('the first step reads both versions and writes the old one, the second writes the new one', () => {
    expect(wrote).toEqual({
      today: { messages: new Set([1]), pages: new Set([1]) },
      one: { messages: new Set([1]), pages: new Set([1]) },
      two: { messages: new Set([2]), pages: new Set([2]) },
      'one again': { messages: new Set([1]), pages: new Set([1]) },
    });
  });

  test('nothing is refused or lost, also when the second step is rolled back: the run ends with its report', async () => {
    expect(sentByTwo.map(({ body }) => versionOf(JSON.parse(body)))).toContain(2);
    expect(await last.deps.stores.refusals.list(10)).toEqual([]);
    expect(wrong(await report(last, RUN), {})).toEqual([]);
  });

  test('a release from before the first step leaves what the second wrote: it neither handles nor refuses it', async () => {
    const { splitMessage, workMessage, aggregateMessage, readMessage } = today;
    const schemas = { split: splitMessage, work: workMessage, aggregate: aggregateMessage };
    const newer = sentByTwo.filter(({ body }) => versionOf(JSON.parse(body)) === 2);
    for (const { queue, body } of newer) {
      expect(readMessage<{ pipeline: string }>(schemas[queue], 'release', body)).toHaveProperty('newer');
    }
    const page = table.items().find((item) => isPage(item) && pageVersion(item) === 2);
    const { slice, segment, block } = parseChildId(`${page?.pk?.S?.split('#').at(-1)}.0`);
    const { blocks } = today.storesOn(table, 'release');
    await expect(blocks.readAll(RUN, { slice, segment, block })).rejects.toThrow('was written by a newer release');
  });
});
