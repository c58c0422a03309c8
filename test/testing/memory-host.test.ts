import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { SQSEvent } from 'aws-lambda';
import { expect, test } from 'vitest';
import { faultAt } from '../../testing/fault-plans.ts';
import { type FaultPlan, Faults } from '../../testing/faults.ts';
import { MemoryHost, type SimulatedFunction } from '../../testing/memory-host.ts';
import { MemoryQueue } from '../../testing/memory-queue.ts';
import { SeededRandom } from '../../testing/seeded-random.ts';
import { memoryStores } from '../../testing/stores.ts';
import { VirtualClock } from '../../testing/virtual-clock.ts';
import { numbers, RUN, sorted, TTL } from '../contracts/fixtures.ts';

const AT = { slice: 0, segment: 0, block: 0 };
const VISIBILITY = 60;

function world({ seed = 1, plan }: { seed?: number; plan?: FaultPlan } = {}) {
  const clock = new VirtualClock({ start: 0, seed });
  const random = new SeededRandom(seed);
  const faults = new Faults({ clock, ...(plan && { plan }) });
  const host = new MemoryHost({ clock, random, faults });
  const deadLetter = new MemoryQueue<unknown>({ name: 'dead', clock, visibilitySeconds: VISIBILITY });
  const queue = new MemoryQueue<number>({
    name: 'work',
    clock,
    random,
    visibilitySeconds: VISIBILITY,
    maxReceiveCount: 3,
    deadLetter,
  });
  const map = (
    handler: SimulatedFunction<SQSEvent>['create'],
    options: Partial<{ batchSize: number; maxConcurrency: number; timeoutMs: number; lostDeletes: number }> = {},
  ) => {
    const { timeoutMs = 10_000, ...mapping } = options;
    return host.map({
      queue,
      batchSize: 10,
      maxConcurrency: 2,
      ...mapping,
      function: { name: 'worker', timeoutMs, create: handler },
    });
  };
  return { clock, host, queue, deadLetter, map, faults, stores: memoryStores() };
}

const send = (queue: MemoryQueue<number>, count: number) => queue.send(numbers(count).map((message) => ({ message })));
const numbersOf = ({ Records }: SQSEvent) => Records.map(({ body }) => Number(body));

test('messages are handled once in batches and deleted', async () => {
  const { host, queue, map } = world();
  const batches: number[][] = [];
  map(() => async (event) => {
    batches.push(numbersOf(event));
  });
  await send(queue, 35);
  expect(await host.run()).toBe('idle');
  expect(batches.flat().sort((a, b) => a - b)).toEqual(numbers(35));
  expect(Math.max(...batches.map(({ length }) => length))).toBe(10);
  expect([queue.size, host.counts.answered]).toEqual([0, batches.length]);
});

test('a handler sees an SQS event and a context that counts down in virtual time', async () => {
  const { clock, host, queue, map } = world();
  const seen: unknown[] = [];
  map(() => async ({ Records: [record] }, context) => {
    const before = context.getRemainingTimeInMillis();
    await clock.sleep(4_000);
    seen.push(
      record?.eventSourceARN,
      record?.attributes.ApproximateReceiveCount,
      before,
      context.getRemainingTimeInMillis(),
    );
  });
  await send(queue, 1);
  await host.run();
  expect(seen).toEqual(['arn:aws:sqs:us-east-1:000000000000:work', '1', 10_000, 6_000]);
});

test('no more run at once than the mapping allows, and all of those do', async () => {
  const { clock, host, queue, map } = world();
  let running = 0;
  let most = 0;
  const mapping = map(
    () => async () => {
      running += 1;
      most = Math.max(most, running);
      await clock.sleep(1_000);
      running -= 1;
    },
    { batchSize: 1, maxConcurrency: 3 },
  );
  await send(queue, 12);
  await host.run({ until: () => mapping.inFlight === 3 });
  await host.run();
  expect(most).toBe(3);
  expect(clock.now()).toBeGreaterThanOrEqual(4_000);
});

test('invocations change turns at their port calls, as the seed decides', async () => {
  const trace = async (seed: number) => {
    const { host, queue, map, stores } = world({ seed });
    const seen: string[] = [];
    map(
      (process) => {
        const { blocks } = process.wrapStores(stores);
        return async (event) => {
          for (const step of numbers(3)) {
            await blocks.read(RUN, AT);
            seen.push(`${numbersOf(event)}:${step}`);
          }
        };
      },
      { batchSize: 1 },
    );
    await send(queue, 8);
    await host.run();
    return seen.join(' ');
  };
  expect(await trace(1)).toBe(await trace(1));
  const traces = new Set<string>();
  for (const seed of numbers(10)) traces.add(await trace(seed));
  expect(traces.size).toBe(10);
});

test('what a handler reports as failed comes back after the visibility time-out, the rest is deleted', async () => {
  const { clock, host, queue, map } = world();
  const seen: [number, number][] = [];
  map(() => async ({ Records }) => ({
    batchItemFailures: Records.filter(({ body, attributes }) => {
      seen.push([Number(body), clock.now()]);
      return body === '3' && attributes.ApproximateReceiveCount === '1';
    }).map(({ messageId }) => ({ itemIdentifier: messageId })),
  }));
  await send(queue, 5);
  await host.run();
  expect(seen.filter(([n]) => n === 3)).toEqual([
    [3, 0],
    [3, 60_000],
  ]);
  expect(seen).toHaveLength(6);
});

const bad: Record<string, () => Promise<unknown>> = {
  'that throws': async () => {
    throw new Error('broken');
  },
  'that names an unknown message': async () => ({ batchItemFailures: [{ itemIdentifier: 'nobody' }] }),
  'that names an empty message': async () => ({ batchItemFailures: [{ itemIdentifier: '' }] }),
  'that answers nonsense': async () => ({ batchItemFailures: 'all' }),
  'that never answers': () => new Promise(() => {}),
};
for (const [what, handler] of Object.entries(bad)) {
  test(`a handler ${what} gets its messages again, until they are dead letters`, async () => {
    const { clock, host, queue, deadLetter, map } = world();
    let invocations = 0;
    map(() => () => {
      invocations += 1;
      return handler();
    });
    await send(queue, 1);
    await host.run();
    expect([invocations, queue.size, deadLetter.size]).toEqual([3, 0, 1]);
    expect(clock.now()).toBe(3 * VISIBILITY * 1_000);
  });
}

test.each([undefined, null, {}, { batchItemFailures: [] }, { batchItemFailures: null }])(
  'an answer of %j means that all succeeded',
  async (answer) => {
    const { host, queue, map } = world();
    map(() => async () => answer);
    await send(queue, 3);
    await host.run();
    expect([queue.size, host.counts.answered]).toEqual([0, 1]);
  },
);

test('a crash comes back as messages, and the next environment is a new one', async () => {
  const { host, queue, map, stores } = world({ plan: faultAt(2, 'crash-after') });
  let environments = 0;
  map(
    (process) => {
      environments += 1;
      const { blocks } = process.wrapStores(stores);
      return async (event) => {
        for (const n of numbersOf(event)) await blocks.addDone(RUN, AT, [n], TTL);
      };
    },
    { maxConcurrency: 1 },
  );
  await send(queue, 3);
  await host.run();
  expect(sorted((await stores.blocks.read(RUN, AT)).done)).toEqual([0, 1, 2]);
  expect([environments, host.counts.crashed, queue.size]).toEqual([2, 1, 0]);
});

test('a handler that swallows its crash has crashed all the same', async () => {
  const { host, queue, map, stores } = world({ plan: faultAt(1, 'crash-before') });
  let invocations = 0;
  map((process) => {
    const { runs } = process.wrapStores(stores);
    return async () => {
      invocations += 1;
      await runs.list({ limit: 1 }).catch(() => undefined);
    };
  });
  await send(queue, 1);
  await host.run();
  expect([invocations, host.counts.crashed, host.counts.answered]).toEqual([2, 1, 1]);
});

test('a time-out ends the process in the middle of its work', async () => {
  const { clock, host, queue, map, stores } = world();
  map((process) => {
    const { blocks } = process.wrapStores(stores);
    return async ({ Records }) => {
      await blocks.addDone(RUN, AT, [1], TTL);
      await clock.sleep(Records[0]?.attributes.ApproximateReceiveCount === '1' ? 10_001 : 0);
      await blocks.addDone(RUN, AT, [Number(Records[0]?.attributes.ApproximateReceiveCount) * 10], TTL);
    };
  });
  await send(queue, 1);
  await host.run();
  expect(sorted((await stores.blocks.read(RUN, AT)).done)).toEqual([1, 20]);
  expect(host.counts).toEqual({ answered: 1, failed: 0, crashed: 1 });
});

test('warm environments are used again', async () => {
  const { clock, host, queue, map } = world();
  let environments = 0;
  map(
    () => {
      environments += 1;
      return () => clock.sleep(10);
    },
    { batchSize: 1, maxConcurrency: 2 },
  );
  await send(queue, 20);
  await host.run();
  expect([environments, host.counts.answered]).toEqual([2, 20]);
});

test('a lost deletion brings handled messages back', async () => {
  const { host, queue, map } = world({ seed: 3 });
  const seen: number[] = [];
  map(
    () => async (event) => {
      seen.push(...numbersOf(event));
    },
    { batchSize: 1, lostDeletes: 0.3 },
  );
  await send(queue, 20);
  await host.run();
  expect(new Set(seen)).toEqual(new Set(numbers(20)));
  expect(seen.length).toBeGreaterThan(20);
});

test('a paused mapping takes nothing until it is resumed', async () => {
  const { host, queue, map } = world();
  const mapping = map(() => async () => undefined);
  mapping.pause();
  await send(queue, 5);
  await host.run();
  expect(queue.size).toBe(5);
  mapping.resume();
  await host.run();
  expect(queue.size).toBe(0);
});

test('functions are invoked directly, and by schedule until it is ended', async () => {
  const { clock, host } = world();
  const at: number[] = [];
  const sweeper: SimulatedFunction<{ n: number }> = {
    name: 'sweeper',
    timeoutMs: 1_000,
    create:
      () =>
      async ({ n }) => {
        at.push(clock.now());
        if (n === 0) throw new Error('zero');
        return n * 2;
      },
  };
  const direct = host.invoke(sweeper, { n: 4 });
  const failing = host.invoke(sweeper, { n: 0 });
  const stop = host.every(60_000, sweeper, () => ({ n: 1 }));
  await host.run({ limit: 200_000 });
  stop();
  expect(await host.run()).toBe('idle');
  expect(await direct).toEqual({ end: 'answered', answer: 8 });
  expect(await failing).toMatchObject({ end: 'failed', error: new Error('zero') });
  expect(at).toEqual([0, 0, 60_000, 120_000, 180_000]);
  expect(host.failures).toEqual([{ function: 'sweeper', error: new Error('zero') }]);
});

test('where told to, time stands still while an invocation is at work of its own', async () => {
  const run = async (standsStill: boolean, work: (clock: VirtualClock) => Promise<unknown>) => {
    const clock = new VirtualClock({ start: 0 });
    const host = new MemoryHost({ clock, standsStill });
    let ended = -1;
    const of: SimulatedFunction<null> = {
      name: 'worker',
      timeoutMs: 60_000,
      create: (process) => async () => {
        await process.waitFor(clock.sleep(10));
        await work(clock);
        ended = clock.now();
      },
    };
    const done = host.invoke(of, null);
    for (const ms of numbers(1_000)) clock.after(ms, () => {});
    await host.run();
    await done;
    return ended;
  };
  expect(await run(true, () => promisify(gzip)(Buffer.alloc(300_000)))).toBe(10);
  // Elsewhere it goes on: work that waits for a later time would else never end.
  const later = (clock: VirtualClock) => new Promise<void>((resolve) => clock.after(500, () => resolve()));
  expect(await run(false, later)).toBe(510);
});
