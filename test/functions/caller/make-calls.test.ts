import { describe, expect, test } from 'vitest';
import { forwarderTimeoutSeconds } from '../../../shared/domain/capacity.ts';
import type { PortCall } from '../../../testing/faults.ts';
import { NOW } from '../../shared/support.ts';
import { CallWorld, create, timesOf } from './call-world.ts';

describe('tasks fire once, no earlier than they are due and within a second of it', () => {
  test.each([
    ['now', -5, 0],
    ['in a while', 90, 90_000],
    ['far off', 3_600, 3_600_000],
  ])('%s', async (_, seconds, due) => {
    let claims = 0;
    const plan = ({ method }: PortCall) => {
      if (method === 'claim') claims += 1;
      return 'pass' as const;
    };
    const world = new CallWorld({ plan });
    const ended = await world.run(['a'], async () => {
      // Between two seconds: its message comes early.
      await world.clock.sleep(400);
      await create(world, { a: seconds });
    });
    expect(claims).toBe(1);
    expect(ended.get('a')).toMatchObject({ calls: 1, outcome: { status: 'SUCCEEDED', result: 'a', attempts: 1 } });
    const [time, ...more] = timesOf(world, 'a');
    expect(more).toEqual([]);
    expect(time).toBeGreaterThanOrEqual(due);
    expect(time).toBeLessThan(due + 1_000);
  });

  test('many at once, in few messages', async () => {
    const world = new CallWorld();
    const ids = Array.from({ length: 200 }, (_, i) => `id-${i}`);
    await world.run(ids, async () => void (await create(world, Object.fromEntries(ids.map((id) => [id, 5])))));
    expect(world.tries).toHaveLength(200);
    expect(Math.max(...world.tries.map(({ at }) => at - NOW))).toBeLessThan(7_000);
  });
});

test('a failure spends a try and pressure none; each is called again when it is due', async () => {
  const world = new CallWorld({ script: { a: ['fails', 'busy'] } });
  const ended = await world.run(['a'], async () => void (await create(world, { a: 0 })));
  expect(ended.get('a')).toMatchObject({ calls: 3, tries: 1, turn: 2, outcome: { status: 'SUCCEEDED' } });
  expect(timesOf(world, 'a')).toHaveLength(3);
});

test('after its latest time a task expires, uncalled', async () => {
  const world = new CallWorld();
  world.queue.onVisible(() => undefined);
  const ended = await world.run(['a'], async () => {
    await create(world, { a: 0 }, 1);
    // Its message is lost, and with it the time.
    world.queue.purge();
  });
  expect(ended.get('a')).toMatchObject({ calls: 0, outcome: { status: 'EXPIRED', reason: 'too-late', attempts: 0 } });
  expect(world.tries).toEqual([]);
});

test('a killer is poison after three deaths, its neighbours in the message are none of it', async () => {
  const world = new CallWorld({ script: { killer: ['kills', 'kills', 'kills', 'kills'] } });
  const ids = ['a', 'killer', 'z'];
  const ended = await world.run(ids, async () => void (await create(world, { a: 0, killer: 0, z: 0 })));
  expect(ended.get('killer')).toMatchObject({ outcome: { status: 'FAILED', reason: 'poison', attempts: 3 } });
  for (const id of ['a', 'z']) {
    expect(ended.get(id)?.outcome?.status).toBe('SUCCEEDED');
    expect(timesOf(world, id).length).toBeLessThanOrEqual(2);
  }
});

test('a copy of a message waits for the holder of the claim, and takes over from one that died', async () => {
  const world = new CallWorld({ script: { a: ['kills'] } });
  await world.run(['a'], async () => {
    await create(world, { a: 5 });
    await create(world, { a: 5 });
  });
  const [first = 0, second = 0] = timesOf(world, 'a');
  // The mark's end: the dead holder's own message is out of sight for much longer.
  const markMs = forwarderTimeoutSeconds(world.pipeline.endpoint) * 1_000;
  expect(second - first).toBeGreaterThan(markMs);
  expect(second - first).toBeLessThan(markMs + 10_000);
});

test('a store that fails while a task is called accuses nobody: it is called again, and is no suspect', async () => {
  const world = new CallWorld({ script: { a: ['stores nothing'] } });
  const ended = await world.run(['a'], async () => void (await create(world, { a: 0 })));
  expect(ended.get('a')).toMatchObject({ calls: 2, tries: 0, alone: null, outcome: { status: 'SUCCEEDED' } });
});
