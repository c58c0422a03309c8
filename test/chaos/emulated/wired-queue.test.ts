import { afterAll, beforeAll, expect, test } from 'vitest';
import { chaosPipeline } from '../pipeline.ts';
import { SECOND } from '../world.ts';
import { type EmulatedWorlds, startEmulatedWorlds } from './emulated-worlds.ts';

/** What chaos over the emulated SQS rests on: its delays, visibility time-outs and moves happen in virtual time. */
let emulated: EmulatedWorlds | undefined;
beforeAll(async () => {
  emulated = await startEmulatedWorlds();
}, 30_000);
afterAll(async () => emulated?.stop());

/** A world that takes no message by itself. */
async function still(faults = {}) {
  if (!emulated) return expect.unreachable('The emulators run inside tests only.');
  // No sweeper: in hours of visibility time-outs it would wake each minute, with real requests each time.
  const options = { pipeline: chaosPipeline({ children: 1 }), isSwept: false };
  const world = await emulated.world(options, { refused: 0, late: 0, lostAnswers: 0, ...faults });
  const { split: queue } = world.queues;
  for (const mapping of Object.values(world.mappings)) mapping.pause();
  const bodies = async () => {
    const all: number[] = [];
    // One receive may give fewer than there are.
    for (let some = await queue.receive(10); some.length > 0; some = await queue.receive(10)) {
      all.push(...some.map(({ body }) => Number(body)));
    }
    return all.sort((a, b) => a - b);
  };
  const pass = (seconds: number) => world.clock.advance(seconds * SECOND);
  return { world, queue, dead: world.deadLetters.split, bodies, pass };
}

test('a delayed message comes at its virtual time, and not before', async () => {
  const { queue, bodies, pass } = await still();
  await queue.send([{ message: 1, delaySeconds: 900 }, { message: 2 }]);
  expect(await bodies()).toEqual([2]);
  await pass(899.9);
  // Number 2 is back since.
  expect(await bodies()).toEqual([2]);
  await pass(0.1);
  expect(await bodies()).toEqual([1]);
});

test('what is received stays hidden for the virtual visibility time-out, unless it is deleted or given back', async () => {
  const { world, queue, bodies, pass } = await still();
  const { visibilitySeconds } = world.wiring.queues.split;
  await queue.send([{ message: 1 }, { message: 2 }, { message: 3 }]);
  const received = [...(await queue.receive(10)), ...(await queue.receive(10)), ...(await queue.receive(10))];
  const handle = (of: string) => received.find(({ body }) => body === of)?.receiptHandle ?? '';
  await queue.delete([handle('1')]);
  await queue.retryIn(handle('2'), 5);
  await pass(5);
  expect(await bodies()).toEqual([2]);
  await pass(visibilitySeconds - 5);
  expect(await bodies()).toEqual([3]);
  expect(await queue.size).toBe(2);
});

test('a message that nobody can handle ends on the dead-letter queue', async () => {
  const { world, queue, dead, pass } = await still();
  const { visibilitySeconds, maxReceiveCount } = world.wiring.queues.split;
  await queue.send([{ message: 'odd' }]);
  for (let receive = 1; receive <= maxReceiveCount; receive++) {
    const [message] = await queue.receive(10);
    expect(message?.receiveCount).toBe(receive);
    await pass(visibilitySeconds);
  }
  expect(await queue.receive(10)).toEqual([]);
  expect([await queue.size, await dead.size]).toEqual([0, 1]);
  // Its mapping is told of it, and takes it.
  await pass(1);
  expect([await dead.size, queue.buried.size]).toEqual([0, 1]);
});

test('entries that SQS refuses are sent again, once', async () => {
  const { queue, bodies } = await still({ refused: 0.5 });
  for (let message = 0; message < 8; message++) await queue.send([{ message }]);
  expect(await bodies()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
});

test('a batch whose answer is lost is there twice', async () => {
  const { queue, bodies } = await still({ lostAnswers: 0.5 });
  for (let message = 0; message < 4; message++) await queue.send([{ message }]);
  const received = await bodies();
  expect(new Set(received)).toEqual(new Set([0, 1, 2, 3]));
  expect(received.length).toBeGreaterThan(4);
});
