import { expect, test } from 'vitest';
import * as z from 'zod';
import { splitter } from '../../../functions/splitter/handler.ts';
import { splitSlice } from '../../../functions/splitter/split.ts';
import type { SplitResult } from '../../../functions/splitter/split-result.ts';
import type { SourceContext, SourcedItem } from '../../../shared/author/source.ts';
import { startRun } from '../../../shared/control/start.ts';
import { mostWaiting } from '../../../shared/domain/capacity.ts';
import type { ItemsPage } from '../../../shared/domain/chain.ts';
import { isCounted, segmentsOf } from '../../../shared/domain/completion.ts';
import { SourceDataError } from '../../../shared/domain/errors.ts';
import { handedOverKey } from '../../../shared/domain/handed-over.ts';
import { FIRST_PLACE } from '../../../shared/domain/layout.ts';
import type { WorkMessage } from '../../../shared/domain/messages.ts';
import { endSlice } from '../../../shared/flow/end-slice.ts';
import type { RunRecord } from '../../../shared/ports/run-store.ts';
import { NOW, type TestDeps, testDeps, testPipeline } from '../../shared/support.ts';

type Read = (from: number, context: SourceContext<unknown>) => AsyncIterable<SourcedItem<unknown>>;

/** A source of one slice whose cursor is the number of the next item. */
const sourceOf = (read: Read) => ({
  read: (context: SourceContext<unknown> & { cursor: unknown }) => read(Number(context.cursor ?? 0), context),
});

const upTo = (length: () => number): Read =>
  async function* (from) {
    for (let i = from; i < length(); i++) yield { item: i, cursor: i + 1 };
  };

async function started(read: Read, limit?: number): Promise<{ deps: TestDeps; run: RunRecord }> {
  const deps = testDeps(testPipeline({ source: sourceOf(read) }));
  await startRun(deps, { runId: 'march', ...(limit && { limit }) }, 'cli');
  deps.queues.split.take();
  const run = await deps.stores.runs.read('march');
  if (!run) throw new Error('There is no run.');
  return { deps, run };
}

let invocations = 0;
const split = ({ deps, run }: { deps: TestDeps; run: RunRecord }, remainingMs = 300_000) =>
  splitSlice(deps, run, 0, { id: `splitter-${++invocations}`, deadline: deps.clock.now() + remainingMs });

/** Items that messages carry, by their place, so that a child sent twice counts once. */
function itemsOf(messages: readonly WorkMessage[]): unknown[] {
  const children = new Map<string, unknown>();
  for (const { at, slot, items } of messages) {
    for (const [i, item] of items.entries())
      children.set([...at, slot + i].map((n) => String(n).padStart(5, '0')).join(), item);
  }
  return [...children].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item);
}

const numbers = (length: number) => Array.from({ length }, (_, i) => i);

test.each([0, 1, 64, 65, 256, 257, 4_096, 4_097])(
  'a slice of %d children is sent whole and counted',
  async (length) => {
    const of = await started(upTo(() => length));
    expect(await split(of)).toBe('ended');
    const messages = of.deps.queues.work.take();
    expect(messages.flatMap(({ items }) => items)).toHaveLength(length);
    expect(itemsOf(messages)).toEqual(numbers(length));
    const root = await of.deps.stores.runs.readCompletion('march');
    expect(isCounted(root)).toBe(true);
    expect(segmentsOf(root)).toEqual(numbers(Math.ceil(length / 4_096)));
    // Nothing to do is told to finish at once; the rest when its children are done.
    expect(of.deps.queues.aggregate.take()).toHaveLength(length === 0 ? 1 : 0);
  },
);

test.each([1, 255, 256, 300])('no more than the limit of %d, and the source is not asked for more', async (limit) => {
  let asked = 0;
  const of = await started(async function* (from) {
    for (let i = from; ; i++) {
      asked++;
      yield { item: i, cursor: i + 1 };
    }
  }, limit);
  expect(await split(of)).toBe('ended');
  expect(itemsOf(of.deps.queues.work.take())).toEqual(numbers(limit));
  expect(asked).toBe(limit);
});

test('a source that throws midway: what is stored stays, and a restart goes on behind it, at once', async () => {
  let fails = true;
  let closed = 0;
  const of = await started(async function* (from) {
    try {
      for (let i = from; i < 900; i++) {
        if (i === 700 && fails) throw new Error('The source is gone.');
        yield { item: i, cursor: i + 1 };
      }
    } finally {
      closed++;
    }
  });
  await expect(split(of)).rejects.toThrow('The source is gone.');
  fails = false;
  // The dead one's lease does not stand in its way.
  expect(await split(of)).toBe('ended');
  expect(itemsOf(of.deps.queues.work.take())).toEqual(numbers(900));
  expect(closed).toBe(2);
});

test.each([
  { limit: 1_000, expected: 700 },
  { limit: 450, expected: 450 },
  { limit: 300, expected: 300 },
  { limit: 1, expected: 1 },
])('a limit of $limit is exact over the ranges of a source that knows of none', async ({ limit, expected }) => {
  const deps = testDeps(
    testPipeline({
      source: {
        plan: async () => [null, [300, 300], [300, 500], [500, 700]],
        async *read({ range, cursor }) {
          const [from, to] = z.tuple([z.number(), z.number()]).parse(range ?? [0, 300]);
          for (let i = cursor === null ? from : z.number().parse(cursor); i < to; i++) {
            deps.clock.time += 100;
            yield { item: i, cursor: i + 1 };
          }
        },
      },
    }),
  );
  await startRun(deps, { runId: 'march', limit }, 'cli');
  expect(deps.queues.split.take()).toHaveLength(1);
  const run = await deps.stores.runs.read('march');
  if (!run) throw new Error('There is no run.');
  // Each invocation has time for some three hundred: the next one goes on within a range.
  let result: SplitResult = 'continued';
  while (result === 'continued') result = await split({ deps, run }, 50_000);
  expect(result).toBe('ended');
  expect(itemsOf(deps.queues.work.take())).toEqual(numbers(expected));
  expect(isCounted(await deps.stores.runs.readCompletion('march'))).toBe(true);
});

test('a slice out of time goes on in a message of its own, which finds no lease in its way', async () => {
  const of = await started(async function* (from) {
    for (let i = from; i < 1_000; i++) {
      of.deps.clock.time += 100;
      yield { item: i, cursor: i + 1 };
    }
  });
  let result = await split(of, 50_000);
  let continued = 0;
  while (result === 'continued') {
    continued++;
    expect(of.deps.queues.split.take()).toMatchObject([{ type: 'slice', run: 'march', slice: 0 }]);
    result = await split(of, 50_000);
  }
  expect(result).toBe('ended');
  expect(continued).toBeGreaterThan(1);
  expect(of.deps.queues.split.take()).toEqual([]);
  const messages = of.deps.queues.work.take();
  expect(messages.flatMap(({ items }) => items)).toHaveLength(1_000);
  expect(itemsOf(messages)).toEqual(numbers(1_000));
});

/** A run whose messages nobody takes: each one that is sent waits. */
async function unread(length: number): ReturnType<typeof started> {
  const of = await started(upTo(() => length));
  const { work } = of.deps.queues;
  const send = work.send.bind(work);
  work.send = async (messages) => {
    await send(messages);
    work.backlog += messages.length;
  };
  return of;
}

test('while enough waits to be called a slice sends no more, and looks again later, in a message of its own', async () => {
  const of = await unread(20_000);
  const { split: slices, work } = of.deps.queues;
  const most = mostWaiting(of.deps.pipeline.limits);
  work.backlog = most - 10;
  expect(await split(of)).toBe('ahead');
  // A window beyond the bound: the first block's four messages, and ten blocks'.
  const sent = work.sent.length;
  expect(sent).toBe(44);
  expect(slices.sent).toMatchObject([{ message: { type: 'slice', run: 'march', slice: 0 }, delaySeconds: 2 }]);
  slices.take();
  const [before] = await of.deps.stores.chains.readCheckpoints('march', [0]);
  for (let again = 0; again < 20; again++) expect(await split(of)).toBe('ahead');
  // One that only looks leaves its checkpoint as it is, and one message for its own.
  expect(await of.deps.stores.chains.readCheckpoints('march', [0])).toEqual([before]);
  expect([work.sent.length, slices.take().length]).toEqual([sent, 20]);
  let result: SplitResult = 'ahead';
  for (let looks = 0; result === 'ahead'; looks++) {
    work.backlog = most - 10;
    result = await split(of);
    expect(looks).toBeLessThan(20);
  }
  expect(result).toBe('ended');
  const messages = work.take();
  expect(messages.flatMap(({ items }) => items)).toHaveLength(20_000);
  expect(itemsOf(messages)).toEqual(numbers(20_000));
});

test('of many slices four look in a second', async () => {
  const plan = async () => numbers(1_000);
  const source = { ...sourceOf(upTo(() => 1)), plan };
  const deps = testDeps(testPipeline({ source }));
  await startRun(deps, { runId: 'march' }, 'cli');
  const run = await deps.stores.runs.read('march');
  if (!run) throw new Error('There is no run.');
  const { split: slices, work } = deps.queues;
  const delayOf = async () => {
    slices.take();
    expect(await split({ deps, run })).toBe('ahead');
    return slices.sent[0]?.delaySeconds;
  };
  work.backlog = Number.POSITIVE_INFINITY;
  expect(await delayOf()).toBe(250);
  for (const slice of numbers(999)) await deps.stores.runs.countSlice('march', slice + 1, 1);
  expect(await delayOf()).toBe(2);
});

test('large items are sent in smaller windows', async () => {
  const large = 'x'.repeat(30_000);
  const of = await started(async function* (from) {
    for (let i = from; i < 600; i++) yield { item: large, cursor: i + 1 };
  });
  const { work } = of.deps.queues;
  const bytes: number[] = [];
  const isLongerThan = work.isLongerThan.bind(work);
  work.isLongerThan = async (messages) => {
    bytes.push(JSON.stringify(work.take()).length);
    return isLongerThan(messages);
  };
  expect(await split(of)).toBe('ended');
  expect(bytes.length).toBeGreaterThan(2);
  expect(Math.max(...bytes)).toBeLessThan(9_000_000);
});

test('a source too slow for one block an invocation gets on all the same', async () => {
  const of = await started(async function* (from) {
    for (let i = from; i < 20; i++) {
      of.deps.clock.time += 10_000;
      yield { item: i, cursor: i + 1 };
    }
  });
  let result: SplitResult = 'continued';
  for (let invocation = 1; result === 'continued'; invocation++) {
    const deadline = of.deps.clock.time + 100_000;
    result = await split(of, 100_000);
    // Past it Lambda would have killed it, with all it had read.
    expect(of.deps.clock.time).toBeLessThanOrEqual(deadline);
    expect(invocation).toBeLessThan(10);
  }
  expect(itemsOf(of.deps.queues.work.take())).toEqual(numbers(20));
});

test('a source that says less the second time: what is stored within a block is sent, and END stands behind it', async () => {
  // 3 KB each: a block takes nine pages, of which the first splitter stores some.
  const large = (i: number) => `${i} ${'x'.repeat(3_000)}`;
  let length = 100;
  let fails = true;
  const of = await started(async function* (from) {
    for (let i = from; i < length; i++) {
      if (i === 70 && fails) throw new Error('The source is gone.');
      yield { item: large(i), cursor: i + 1 };
    }
  });
  await expect(split(of)).rejects.toThrow('The source is gone.');
  const stored: number[] = [];
  for (let page = 0; ; page++) {
    const found = await of.deps.stores.chains.readPage('march', 0, { ...FIRST_PLACE, page });
    if (found?.kind !== 'items') break;
    stored.push(found.items.length);
  }
  const count = stored.reduce((sum, n) => sum + n, 0);
  expect(count).toBeGreaterThan(0);
  expect(count).toBeLessThan(70);
  fails = false;
  length = 0;
  expect(await split(of)).toBe('ended');
  const messages = of.deps.queues.work.take();
  expect(itemsOf(messages)).toEqual(numbers(count).map(large));
  expect(new Set(messages.map(({ size }) => size))).toEqual(new Set([count]));
  expect(segmentsOf(await of.deps.stores.runs.readCompletion('march'))).toEqual([0]);
});

test("another splitter's page in the middle of a block is adopted, and the source asked again behind it", async () => {
  const large = (i: number) => `${i} ${'x'.repeat(3_000)}`;
  const asked: number[] = [];
  let rival: (() => Promise<void>) | undefined;
  const of = await started(async function* (from) {
    asked.push(from);
    for (let i = from; i < 100; i++) {
      if (i === 40) await rival?.();
      yield { item: large(i), cursor: i + 1 };
    }
  });
  // Before the second page of the first block is put, another puts one there, from a source that speaks otherwise.
  rival = async () => {
    rival = undefined;
    const first = await of.deps.stores.chains.readPage('march', 0, FIRST_PLACE);
    if (first?.kind !== 'items') throw new Error('The first page is not there yet.');
    const items = ['theirs-a', 'theirs-b'];
    const page: ItemsPage = {
      kind: 'items',
      first: first.items.length,
      items,
      slots: [2],
      endsBlock: false,
      cursor: 60,
    };
    expect(await of.deps.stores.chains.putPage('march', 0, { ...FIRST_PLACE, page: 1 }, page, 0)).toBe(true);
  };
  expect(await split(of)).toBe('ended');
  const first = await of.deps.stores.chains.readPage('march', 0, FIRST_PLACE);
  const adopted = first?.kind === 'items' ? first.items.length : 0;
  expect(asked).toEqual([0, 60]);
  const expected = [...numbers(adopted).map(large), 'theirs-a', 'theirs-b', ...numbers(40).map((i) => large(60 + i))];
  expect(itemsOf(of.deps.queues.work.take())).toEqual(expected);
});

test('a splitter that still waits for a canary that has passed leaves no checkpoint within a block', async () => {
  const deps = testDeps(testPipeline({ source: sourceOf(upTo(() => 4)) }));
  await startRun(deps, { runId: 'march', canary: 1 }, 'cli');
  const { runs, chains } = deps.stores;
  const before = await runs.read('march');
  if (!before) throw new Error('There is no run.');
  expect(await split({ deps, run: before })).toBe('canary');
  await runs.flag('march', 'canary-passed');
  // One that knows has put the second block's first page, and its lease has run out.
  const page: ItemsPage = { kind: 'items', first: 0, items: [1], slots: [1], endsBlock: false, cursor: 2 };
  await chains.putPage('march', 0, { segment: 0, block: 1, page: 0 }, page, 0);
  expect(await split({ deps, run: before })).toBe('stopped');
  const [checkpoint] = await chains.readCheckpoints('march', [0]);
  expect(checkpoint?.place).toEqual({ segment: 0, block: 1, page: 0 });
  const after = await runs.read('march');
  if (!after) throw new Error('There is no run.');
  expect(await split({ deps, run: after })).toBe('ended');
  expect(itemsOf(deps.queues.work.take())).toEqual(numbers(4));
});

test("a closer's END is met, whatever the source has left", async () => {
  let close: (() => Promise<void>) | undefined;
  const of = await started(async function* (from) {
    for (let i = from; i < 2_000; i++) {
      if (i === 600) await close?.();
      yield { item: i, cursor: i + 1 };
    }
  });
  close = () => endSlice(of.deps, of.run, 0);
  expect(await split(of)).toBe('ended');
  expect(itemsOf(of.deps.queues.work.take())).toEqual(numbers(512));
});

test('a cancelled run is split no further, and its END left to the closer', async () => {
  const of = await started(upTo(() => 100_000));
  await of.deps.stores.runs.close('march', 'cancelled');
  expect(await split(of)).toBe('stopped');
  expect(of.deps.queues.work.take().length).toBeLessThan(100);
  expect(isCounted(await of.deps.stores.runs.readCompletion('march'))).toBe(false);
});

test('a slice whose lease runs is left alone until it has run out', async () => {
  const of = await started(upTo(() => 10));
  const lease = { owner: 'other', now: NOW, until: NOW + 60_000, ttl: 0 };
  await of.deps.stores.chains.lease('march', 0, lease);
  expect(await split(of)).toBe('leased');
  expect(of.deps.queues.work.take()).toEqual([]);
  of.deps.clock.time += 60_001;
  expect(await split(of)).toBe('ended');
});

test('a failed send is no checkpoint: what it held is sent again', async () => {
  const of = await started(upTo(() => 300));
  const send = of.deps.queues.work.send.bind(of.deps.queues.work);
  of.deps.queues.work.send = async () => {
    throw new Error('The queue is gone.');
  };
  await expect(split(of)).rejects.toThrow('The queue is gone.');
  expect(await of.deps.stores.chains.readCheckpoints('march', [0])).toEqual([null]);
  of.deps.queues.work.send = send;
  expect(await split(of)).toBe('ended');
  expect(itemsOf(of.deps.queues.work.take())).toEqual(numbers(300));
});

test('a start whose act cannot be recorded is no failure, as the run is there: the log says whose it was', async () => {
  const deps = testDeps();
  deps.stores.acts.record = async () => {
    throw new RangeError('The table is gone.');
  };
  const context = { awsRequestId: 'r-1', getRemainingTimeInMillis: () => 120_000 };
  const event = { runId: 'march', by: 'arn:aws:iam::1:user/ann' };
  expect(await Reflect.apply(splitter(deps), undefined, [event, context])).toMatchObject({ created: true });
  expect(deps.lines).toContainEqual(
    expect.objectContaining({
      level: 'warn',
      fields: expect.objectContaining({ run: 'march', act: 'start', by: 'arn:aws:iam::1:user/ann' }),
    }),
  );
});

test('who started a run is recorded though its plan fails, and the start that makes the plan is not', async () => {
  let fails = true;
  const plan = async () => {
    if (fails) throw new RangeError('The source is gone.');
    return [];
  };
  const deps = testDeps(testPipeline({ source: { plan, async *read() {} } }));
  const context = { awsRequestId: 'r-1', getRemainingTimeInMillis: () => 120_000 };
  const start = (by: string) => Reflect.apply(splitter(deps), undefined, [{ runId: 'march', by }, context]);
  await expect(start('ann')).rejects.toThrow('RangeError');
  fails = false;
  expect(await start('bob')).toMatchObject({ created: false });
  expect(await deps.stores.acts.list(9)).toMatchObject([{ act: 'start', by: 'ann', run: 'march' }]);
});

test('what a slice says of a file that was uploaded is in the run, and not in the log', async () => {
  const file = handedOverKey({ digest: 'd'.repeat(43), bytes: 1 }, 'AnnLee.csv');
  const read: Read = async function* () {
    yield* [];
    throw new SourceDataError(`Line 3 of "${file}" has 2 fields.`);
  };
  const deps = testDeps(testPipeline({ source: { takesFile: true, ...sourceOf(read) } }));
  await startRun(deps, { runId: 'march', file }, 'cli');
  const [message] = deps.queues.split.take();
  const body = JSON.stringify(message);
  const record = {
    messageId: 'm',
    receiptHandle: 'r',
    body,
    attributes: { ApproximateReceiveCount: '1' },
    eventSourceARN: 'arn',
  };
  const handling = Reflect.apply(splitter(deps), undefined, [
    { Records: [record] },
    { awsRequestId: 'r', getRemainingTimeInMillis: () => 300_000 },
  ]);
  await deps.clock.through(handling);
  expect((await deps.stores.runs.read('march'))?.failure?.detail).toContain('AnnLee.csv');
  expect(deps.lines).toContainEqual(
    expect.objectContaining({ message: expect.stringContaining('can not be enumerated') }),
  );
  expect(JSON.stringify(deps.lines)).not.toContain('AnnLee');
});
