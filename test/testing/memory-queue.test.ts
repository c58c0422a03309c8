import { expect, test } from 'vitest';
import { QueueError } from '../../shared/domain/errors.ts';
import { MemoryQueue, type MemoryQueueOptions } from '../../testing/memory-queue.ts';
import { Meter } from '../../testing/meter.ts';
import { SeededRandom } from '../../testing/seeded-random.ts';
import { VirtualClock } from '../../testing/virtual-clock.ts';
import { numbers } from '../contracts/fixtures.ts';

function make(options: Partial<MemoryQueueOptions> = {}) {
  const clock = new VirtualClock({ start: 0 });
  return { clock, queue: new MemoryQueue<unknown>({ name: 'work', clock, visibilitySeconds: 30, ...options }) };
}

const send = (queue: MemoryQueue<unknown>, ...messages: unknown[]) =>
  queue.send(messages.map((message) => ({ message })));

test('an unhandled message comes back after the visibility time-out, counted', async () => {
  const { clock, queue } = make();
  await send(queue, 'a');
  await clock.advance(5_000);
  const [first] = queue.receive(10);
  expect(first).toMatchObject({ body: '"a"', receiveCount: 1, sentAt: 0, firstReceivedAt: 5_000 });
  await clock.advance(29_999);
  expect(queue.receive(10)).toEqual([]);
  await clock.advance(1);
  const [second] = queue.receive(10);
  expect(second).toMatchObject({ messageId: first?.messageId, receiveCount: 2, sentAt: 0, firstReceivedAt: 5_000 });
  expect(second?.receiptHandle).not.toBe(first?.receiptHandle);
});

test('a deleted message is gone; an old receipt deletes nothing', async () => {
  const { clock, queue } = make();
  await send(queue, 'a');
  const [first] = queue.receive(10);
  await clock.advance(30_000);
  const [second] = queue.receive(10);
  queue.delete([first?.receiptHandle ?? '']);
  expect(queue.size).toBe(1);
  queue.delete([second?.receiptHandle ?? '']);
  expect(queue.size).toBe(0);
  await clock.advance(60_000);
  expect(queue.receive(10)).toEqual([]);
});

test('a message that became visible again can still be deleted by its last receipt', async () => {
  const { clock, queue } = make();
  await send(queue, 'a');
  const [first] = queue.receive(10);
  await clock.advance(30_000);
  queue.delete([first?.receiptHandle ?? '']);
  expect([queue.size, queue.receive(10)]).toEqual([0, []]);
});

test('a message given back for longer than the visibility time-out comes back then, once', async () => {
  const { clock, queue } = make();
  await send(queue, 'a');
  await queue.retryIn(queue.receive(10)[0]?.receiptHandle ?? '', 100);
  await clock.advance(99_999);
  expect(queue.receive(10)).toEqual([]);
  await clock.advance(1);
  expect(queue.receive(10)).toHaveLength(1);
  await clock.advance(20_000);
  expect(queue.receive(10)).toEqual([]);
});

test('giving back a message that is not in flight is refused', async () => {
  const { clock, queue } = make();
  await send(queue, 'a');
  const [first] = queue.receive(10);
  await clock.advance(30_000);
  await expect(queue.retryIn(first?.receiptHandle ?? '', 5)).rejects.toBeInstanceOf(QueueError);
});

test('a message received too often moves to the dead-letter queue, once, with its id', async () => {
  const clock = new VirtualClock();
  const deadLetter = new MemoryQueue<unknown>({ name: 'work-dead', clock, visibilitySeconds: 30 });
  const queue = new MemoryQueue<unknown>({
    name: 'work',
    clock,
    visibilitySeconds: 30,
    maxReceiveCount: 2,
    deadLetter,
  });
  await send(queue, 'a');
  const [first] = queue.receive(10);
  await clock.advance(30_000);
  expect(queue.receive(10)[0]?.receiveCount).toBe(2);
  await clock.advance(30_000);
  expect(queue.receive(10)).toEqual([]);
  expect([queue.size, deadLetter.size]).toEqual([0, 1]);
  expect(deadLetter.receive(10)).toMatchObject([{ messageId: first?.messageId, body: '"a"', receiveCount: 1 }]);
});

test('without chance messages come oldest first', async () => {
  const { queue } = make();
  await send(queue, ...numbers(25));
  expect([10, 10, 10].flatMap((max) => queue.receive(max).map(({ body }) => Number(body)))).toEqual(numbers(25));
});

test('with chance messages come in an order that the seed decides, all of them', async () => {
  const order = async (seed: number) => {
    const { queue } = make({ random: new SeededRandom(seed) });
    await send(queue, ...numbers(50));
    const received: number[] = [];
    for (let some = queue.receive(10); some.length > 0; some = queue.receive(10)) {
      received.push(...some.map(({ body }) => Number(body)));
    }
    return received;
  };
  const one = await order(1);
  expect(one).toEqual(await order(1));
  expect(one).not.toEqual(await order(2));
  expect(one).not.toEqual(numbers(50));
  expect([...one].sort((a, b) => a - b)).toEqual(numbers(50));
});

test('duplicates are handed out by themselves, as often as asked', async () => {
  const { queue } = make({ random: new SeededRandom(1), duplicates: 0.2 });
  await send(queue, ...numbers(500));
  const received = [];
  for (let some = queue.receive(10); some.length > 0; some = queue.receive(10)) received.push(...some);
  expect(received.length).toBeGreaterThan(560);
  expect(received.length).toBeLessThan(640);
  expect(received.every(({ receiveCount }) => receiveCount === 1)).toBe(true);
  expect(new Set(received.map(({ messageId }) => messageId)).size).toBe(500);
  queue.delete(received.slice(1).map(({ receiptHandle }) => receiptHandle));
  expect(queue.size).toBe(1);
});

test('a bad message keeps its whole batch from being sent', async () => {
  const { queue } = make();
  await expect(send(queue, 'a', undefined)).rejects.toThrow(/isn't JSON/);
  for (const delaySeconds of [-1, 901, 1.5]) {
    await expect(queue.send([{ message: 'a' }, { message: 'b', delaySeconds }])).rejects.toThrow(/0 to 900/);
  }
  expect(queue.size).toBe(0);
});

test('messages are lost only when told', async () => {
  const { clock, queue } = make();
  await send(queue, ...numbers(10));
  await queue.send([{ message: 10, delaySeconds: 60 }]);
  queue.receive(3);
  expect(queue.drop((body) => Number(body) % 2 === 0)).toBe(6);
  expect(queue.bodies().map(Number).sort()).toEqual([1, 3, 5, 7, 9]);
  expect(queue.purge()).toBe(5);
  await clock.advance(120_000);
  expect([queue.size, queue.receive(10)]).toEqual([0, []]);
});

test('requests and what is billed are metered', async () => {
  const meter = new Meter();
  const { queue } = make({ meter });
  await send(queue, ...numbers(25));
  await send(queue, 'x'.repeat(130_000));
  expect(meter.requests.get('queue.work.send')).toBe(4);
  expect(meter.queueUnits).toBe(3 + 2);
});
