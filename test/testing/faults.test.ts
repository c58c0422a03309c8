import { expect, test } from 'vitest';
import { QueueError } from '../../shared/domain/errors.ts';
import type { Outgoing, Queue } from '../../shared/ports/queue.ts';
import { faultAt, randomFaults } from '../../testing/fault-plans.ts';
import { Crash, type Fault, Faults, LostAnswerError, ThrottledError } from '../../testing/faults.ts';
import { SeededRandom } from '../../testing/seeded-random.ts';
import { memoryStores } from '../../testing/stores.ts';
import { VirtualClock } from '../../testing/virtual-clock.ts';
import { aRun, numbers, RUN, TTL } from '../contracts/fixtures.ts';

const AT = { slice: 0, segment: 0, block: 0 };

/** Three calls by one process, then what is stored. */
async function three(fault: Fault, at = 2) {
  const stores = memoryStores();
  const faults = new Faults({ plan: faultAt(at, fault) });
  const process = faults.process('p');
  const { blocks } = process.wrapStores(stores);
  const results = [];
  for (const n of [1, 2, 3]) {
    results.push(
      await blocks.addDone(RUN, AT, [n], TTL).then(
        () => 'ok',
        (error: unknown) => error,
      ),
    );
  }
  return { results, stored: (await stores.blocks.read(RUN, AT)).done, process, faults };
}

test('without faults calls pass and are counted', async () => {
  const { results, stored, faults } = await three('pass');
  expect([results, stored, faults.calls]).toEqual([['ok', 'ok', 'ok'], new Set([1, 2, 3]), 3]);
});

test('a crash before a call keeps it and all later ones from having an effect', async () => {
  const { results, stored, process } = await three('crash-before');
  expect(results).toEqual(['ok', expect.any(Crash), expect.any(Crash)]);
  expect([stored, process.isDead]).toEqual([new Set([1]), true]);
  expect(await process.death).toMatch(/before blocks.addDone, call 2/);
});

test('a crash after a call has its effect, and no later one', async () => {
  const { results, stored, process } = await three('crash-after');
  expect(results).toEqual(['ok', expect.any(Crash), expect.any(Crash)]);
  expect([stored, process.isDead]).toEqual([new Set([1, 2]), true]);
});

test('a throttled call has no effect, the process lives', async () => {
  const { results, stored } = await three('throttle');
  expect([results, stored]).toEqual([['ok', expect.any(ThrottledError), 'ok'], new Set([1, 3])]);
});

test('a lost answer hides an effect', async () => {
  const { results, stored } = await three('lose-answer');
  expect([results, stored]).toEqual([['ok', expect.any(LostAnswerError), 'ok'], new Set([1, 2, 3])]);
});

test('a crash of one process leaves the others alive', async () => {
  const stores = memoryStores();
  const faults = new Faults({ plan: ({ process }) => (process === 'a' ? 'crash-before' : 'pass') });
  const [a, b] = ['a', 'b'].map((name) => faults.process(name).wrapStores(stores).runs);
  await expect(a?.create(aRun())).rejects.toBeInstanceOf(Crash);
  expect((await b?.create(aRun()))?.created).toBe(true);
});

test('calls under way when the process dies have no effect', async () => {
  const stores = memoryStores();
  const clock = new VirtualClock();
  const faults = new Faults({ clock, plan: ({ number }) => (number === 1 ? { delayMs: 10 } : 'crash-before') });
  const { blocks } = faults.process('p').wrapStores(stores);
  const calls = Promise.allSettled([1, 2].map((n) => blocks.addDone(RUN, AT, [n], TTL)));
  await clock.run();
  expect((await calls).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect((await stores.blocks.read(RUN, AT)).done.size).toBe(0);
});

test('a delay is virtual', async () => {
  const clock = new VirtualClock({ start: 0 });
  const { runs } = new Faults({ clock, plan: () => ({ delayMs: 60_000 }) }).process('p').wrapStores(memoryStores());
  const created = runs.create(aRun());
  await clock.run();
  expect((await created).created).toBe(true);
  expect(clock.now()).toBe(60_000);
});

test('calls made at once take effect in an order that the seed decides', async () => {
  const winner = async (seed: number) => {
    const clock = new VirtualClock({ seed });
    const faults = new Faults({ clock });
    const stores = memoryStores();
    const leases = Promise.all(
      numbers(5).map((i) =>
        faults
          .process(`p-${i}`)
          .wrapStores(stores)
          .runs.create(aRun({ input: `${i}` })),
      ),
    );
    await clock.run();
    return (await leases).findIndex(({ created }) => created);
  };
  expect(await winner(4)).toBe(await winner(4));
  const winners = [];
  for (const seed of numbers(30)) winners.push(await winner(seed));
  expect(new Set(winners)).toEqual(new Set(numbers(5)));
});

test('part of a batch is sent, then the queue refuses the rest', async () => {
  const sent: number[] = [];
  const queue: Queue<number> = {
    async send(messages: readonly Outgoing<number>[]) {
      sent.push(...messages.map(({ message }) => message));
    },
    async waiting() {
      return 0;
    },
    async isLongerThan() {
      return false;
    },
    async retryIn() {},
  };
  const faults = new Faults({ plan: () => 'partial', random: new SeededRandom(5) });
  const sending = faults
    .process('p')
    .wrap('queue', queue)
    .send(numbers(100).map((message) => ({ message })));
  await expect(sending).rejects.toBeInstanceOf(QueueError);
  expect(sent.length).toBeGreaterThan(20);
  expect(sent.length).toBeLessThan(80);
});

test('a partial failure of a call without a list has no effect', async () => {
  const { results, stored } = await three('partial');
  expect([results, stored]).toEqual([['ok', expect.any(ThrottledError), 'ok'], new Set([1, 3])]);
});

test('stale reads give an earlier answer, where the port allows it', async () => {
  const stores = memoryStores();
  const faults = new Faults();
  const { runs } = faults.process('p').wrapStores(stores);
  await runs.create(aRun());
  await runs.list({ limit: 9 });
  await runs.read(RUN);
  await runs.move(RUN, 'split');
  faults.plan = () => 'stale';
  expect((await runs.list({ limit: 9 }))[0]?.status).toBe('planned');
  expect((await runs.read(RUN))?.status).toBe('splitting');
  faults.plan = () => 'pass';
  expect((await runs.list({ limit: 9 }))[0]?.status).toBe('splitting');
});

test('a crash at every call, before and after, never loses what was stored before it', async () => {
  const clean = await three('pass');
  for (const at of numbers(clean.faults.calls, 1)) {
    expect((await three('crash-before', at)).stored).toEqual(new Set(numbers(at - 1, 1)));
    expect((await three('crash-after', at)).stored).toEqual(new Set(numbers(at, 1)));
  }
});

test('random faults come about as often as asked, the same with the same seed', () => {
  const draw = (seed: number) => {
    const plan = randomFaults(new SeededRandom(seed), { crashBefore: 0.1, throttle: 0.2, delay: 0.1, maxDelayMs: 5 });
    return numbers(2_000).map((number) => plan({ number, process: 'p', port: 'blocks', method: 'read' }));
  };
  const drawn = draw(1);
  const share = (fault: Fault) => drawn.filter((each) => each === fault).length / drawn.length;
  expect(drawn).toEqual(draw(1));
  expect(share('crash-before')).toBeCloseTo(0.1, 1);
  expect(share('throttle')).toBeCloseTo(0.2, 1);
  expect(share('pass')).toBeCloseTo(0.6, 1);
  expect(share('crash-after')).toBe(0);
  expect(
    drawn.filter((each) => typeof each === 'object').every((each) => typeof each === 'object' && each.delayMs <= 5),
  ).toBe(true);
});

test('random faults keep to the calls they are for', () => {
  const plan = randomFaults(new SeededRandom(1), { throttle: 1 }, ({ port }) => port === 'queue');
  expect(plan({ number: 1, process: 'p', port: 'queue', method: 'send' })).toBe('throttle');
  expect(plan({ number: 2, process: 'p', port: 'runs', method: 'read' })).toBe('pass');
});
