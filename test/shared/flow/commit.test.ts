import { describe, expect, test } from 'vitest';
import { deadLetter } from '../../../functions/dead-letter/handler.ts';
import { forwardBatch } from '../../../functions/forwarder/forward-batch.ts';
import { RunCache } from '../../../functions/forwarder/run-cache.ts';
import { splitSlice } from '../../../functions/splitter/split.ts';
import { AnswerBytes } from '../../../shared/calling/answer-bytes.ts';
import { gateOf } from '../../../shared/calling/gate.ts';
import { startRun } from '../../../shared/control/start.ts';
import { SIZES } from '../../../shared/domain/limits.ts';
import type { WorkMessage } from '../../../shared/domain/messages.ts';
import { mergeOutcomes } from '../../../shared/domain/outcome.ts';
import type { CallResult } from '../../../shared/domain/retry.ts';
import { NEW_REGISTER, type Register } from '../../../shared/domain/sending.ts';
import { closeRun } from '../../../shared/flow/close.ts';
import { commit } from '../../../shared/flow/commit.ts';
import { ProgressMeter } from '../../../shared/flow/progress-meter.ts';
import { entry, type TestDeps, testDeps, testPipeline, workOf } from '../support.ts';

const BLOCK = { slice: 0, segment: 0, block: 0 };
const TTL = 2_000_000_000;
const answer = (httpStatus: number): CallResult => ({
  kind: 'answer',
  httpStatus,
  body: '1',
  isJson: true,
  retryAfter: null,
  ms: 5,
});

/** Another delivery of the same message ends a child. */
type EndElsewhere = (n: number) => Promise<void>;

/** What a writer does to a block's children, and whether its message may be deleted afterwards. */
interface Writer {
  readonly name: string;
  /** Brings the block to where this writer ends its last children. */
  readonly before?: (deps: TestDeps, endElsewhere: EndElsewhere) => Promise<void>;
  readonly write: (deps: TestDeps, endElsewhere: EndElsewhere) => Promise<'deleted' | 'comes back'>;
  /** Children that this writer ends. */
  readonly ends: readonly number[];
}

/** Forwards the run's one message. `call` is its service. */
async function forward(deps: TestDeps, receives: number, call = async (_child: string) => answer(200)) {
  const forwarder = {
    ...deps,
    progress: new ProgressMeter(deps.stores.progress, deps.clock, 'shard'),
    gate: gateOf(deps),
    answers: new AnswerBytes(),
    caller: { call: ({ child }: { child: string }) => call(child), close: async () => undefined },
  };
  const runs = new RunCache(deps.stores.runs, deps.clock);
  const self = { id: 'forwarder', deadline: deps.clock.now() + 50_000 };
  const failed = await forwardBatch(forwarder, runs, [{ messageId: 'm-0', receives, message: work() }], self);
  return failed.size === 0 ? 'deleted' : 'comes back';
}

const work = (): WorkMessage => workOf({ ttl: TTL });

async function keepRegister(deps: TestDeps, over: Partial<Register>) {
  const next = { ...NEW_REGISTER, ...over };
  await deps.stores.blocks.replaceRegister('march', BLOCK, { slot: 0, read: NEW_REGISTER, next, ttl: TTL });
}

const WRITERS: readonly Writer[] = [
  { name: 'a message whose children all end', ends: [0, 1, 2], write: (deps) => forward(deps, 1) },
  {
    name: 'a message that raises its register while a duplicate ends the last child',
    ends: [0, 1],
    write: (deps, endElsewhere) =>
      forward(deps, 1, async (child) => {
        if (!child.endsWith('.2')) return answer(200);
        await endElsewhere(2);
        return answer(500);
      }),
  },
  {
    name: 'a suspect whose last child is called alone',
    before: async (_, endElsewhere) => {
      for (const n of [0, 1]) await endElsewhere(n);
    },
    ends: [2],
    write: (deps) => forward(deps, 2),
  },
  {
    name: 'a suspect whose last child is poison',
    before: async (deps, endElsewhere) => {
      for (const n of [0, 1]) await endElsewhere(n);
      await keepRegister(deps, { care: 2, tries: new Map([[2, { tries: 0, due: 0, crashes: 2 }]]) });
    },
    ends: [2],
    write: (deps) => forward(deps, 2, () => expect.unreachable('Poison is not called.')),
  },
  {
    name: 'a dead letter whose children are given up',
    ends: [0, 1, 2],
    write: async (deps) => {
      const event = { Records: [entry('m-0', work())] };
      const context = { awsRequestId: 'i', getRemainingTimeInMillis: () => 60_000 };
      const { batchItemFailures } = await Reflect.apply(deadLetter(deps), undefined, [event, context]);
      return batchItemFailures.length === 0 ? 'deleted' : 'comes back';
    },
  },
  {
    name: 'a closing run whose children are given up',
    before: async (deps) => {
      const run = await deps.stores.runs.read('march');
      if (run) await splitSlice(deps, run, 0, { id: 'splitter', deadline: deps.clock.now() + 300_000 });
    },
    ends: [0, 1, 2],
    write: (deps) =>
      deps.clock.through(closeRun(deps, 'march', 'cancelled')).then(
        () => 'deleted',
        () => 'comes back',
      ),
  },
];

/** A run whose only block is its only segment; `write` lets the writer at it, `writes` is what it wrote, in order. */
async function runFor({ before, write }: Writer) {
  const deps = testDeps(testPipeline());
  await startRun(deps, { runId: 'march' }, 'cli');
  await deps.stores.segments.setSize('march', BLOCK, 1, TTL);
  const { blocks, segments } = deps.stores;
  const store = {
    putOutcomes: blocks.putOutcomes.bind(blocks),
    addDone: blocks.addDone.bind(blocks),
    addDoneAndRaise: blocks.addDoneAndRaise.bind(blocks),
    endMark: blocks.endMark.bind(blocks),
    addBlock: segments.addBlock.bind(segments),
  };
  const endElsewhere = async (n: number) => {
    const outcome = { n, status: 'SUCCEEDED', reason: null, result: 1, attempts: 1, ms: 1 } as const;
    await store.putOutcomes('march', BLOCK, { id: `other-${n}`, at: 0, outcomes: [outcome] }, TTL);
    await store.addDone('march', BLOCK, [n], TTL);
  };
  await before?.(deps, endElsewhere);
  deps.queues.aggregate.take();
  const writes: string[] = [];
  const broken = new Set<string>();
  const written = (what: string) => {
    if (broken.has(what)) throw new Error(`The ${what} can't be written.`);
    writes.push(what);
  };
  blocks.putOutcomes = async (...args) => {
    written('page');
    return store.putOutcomes(...args);
  };
  blocks.addDone = async (...args) => {
    written('set');
    return store.addDone(...args);
  };
  blocks.addDoneAndRaise = async (...args) => {
    written('set');
    return store.addDoneAndRaise(...args);
  };
  blocks.endMark = async (...args) => {
    if (args[2].done.length > 0) written('set');
    return store.endMark(...args);
  };
  segments.addBlock = async (...args) => {
    written('completion');
    return store.addBlock(...args);
  };
  return { deps, writes, broken, write: () => write(deps, endElsewhere) };
}

const doneOf = async ({ stores }: TestDeps) => [...(await stores.blocks.read('march', BLOCK)).done].sort();
const outcomesOf = async ({ stores }: TestDeps) =>
  [...mergeOutcomes((await stores.blocks.readAll('march', BLOCK)).outcomes).keys()].sort();
const completedOf = async ({ stores }: TestDeps) => [...(await stores.segments.read('march', BLOCK)).done];

describe.each(WRITERS)('$name', (writer) => {
  test('writes the outcome page, then the set, then completes the block, each once', async () => {
    const { writes, write } = await runFor(writer);
    expect(await write()).toBe('deleted');
    expect(writes).toEqual(['page', 'set', 'completion']);
  });

  test('writes an outcome page of each child', async () => {
    const { deps, write } = await runFor(writer);
    await write();
    expect(await outcomesOf(deps)).toEqual([0, 1, 2]);
  });

  test('adds each child to the set', async () => {
    const { deps, write } = await runFor(writer);
    await write();
    expect(await doneOf(deps)).toEqual([0, 1, 2]);
  });

  test('completes the full block, and tells the aggregator of its full segment', async () => {
    const { deps, write } = await runFor(writer);
    await write();
    expect(await completedOf(deps)).toEqual([0]);
    expect(deps.queues.aggregate.take()).toMatchObject([{ type: 'segment', run: 'march', slice: 0, segment: 0 }]);
  });

  test('adds no child to the set where its page could not be written', async () => {
    const { deps, broken, write } = await runFor(writer);
    broken.add('page');
    expect(await write()).toBe('comes back');
    for (const n of writer.ends) expect(await doneOf(deps)).not.toContain(n);
  });

  test('keeps its message where the block could not be completed; coming back, it completes it and ends nobody again', async () => {
    const { deps, writes, broken, write } = await runFor(writer);
    broken.add('completion');
    expect(await write()).toBe('comes back');
    expect(writes).toEqual(['page', 'set']);
    broken.clear();
    expect(await write()).toBe('deleted');
    expect(writes.filter((what) => what === 'page')).toHaveLength(1);
    expect(await completedOf(deps)).toEqual([0]);
  });
});

test('outcomes too large for one page are all stored', async () => {
  const deps = testDeps();
  const result = 'x'.repeat(SIZES.inlineBytes - 2);
  const outcomes = Array.from(
    { length: 7 },
    (_, n) => ({ n, status: 'SUCCEEDED', reason: null, result, attempts: 1, ms: 1 }) as const,
  );
  await commit(deps, { run: 'march', ref: BLOCK, size: 7, ttl: TTL }, outcomes);
  const { outcomes: pages } = await deps.stores.blocks.readAll('march', BLOCK);
  expect(pages.length).toBeGreaterThan(1);
  expect([...mergeOutcomes(pages).values()].sort((a, b) => a.n - b.n)).toMatchObject(outcomes);
});
