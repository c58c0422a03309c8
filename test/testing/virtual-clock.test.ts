import { setImmediate as immediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { expect, test } from 'vitest';
import { VirtualClock } from '../../testing/virtual-clock.ts';
import { numbers } from '../contracts/fixtures.ts';

test('tasks run in the order of their times, and time jumps to each', async () => {
  const clock = new VirtualClock({ start: 1_000 });
  const seen: [string, number][] = [];
  for (const [name, ms] of [
    ['c', 3_600_000],
    ['a', 5],
    ['b', 10],
  ] as const) {
    clock.after(ms, () => seen.push([name, clock.now()]));
  }
  clock.at(0, () => seen.push(['past', clock.now()]));
  expect(await clock.run()).toBe('idle');
  expect(seen).toEqual([
    ['past', 1_000],
    ['a', 1_005],
    ['b', 1_010],
    ['c', 3_601_000],
  ]);
});

test('thousands of tasks come in order', async () => {
  const clock = new VirtualClock({ start: 0 });
  const seen: number[] = [];
  for (const i of numbers(3_000)) clock.at((i * 7_919) % 3_000, () => seen.push(clock.now()));
  await clock.run();
  expect(seen).toEqual(numbers(3_000));
});

test('tasks of the same time run in an order that the seed decides', async () => {
  const order = async (seed: number) => {
    const clock = new VirtualClock({ seed });
    const seen: number[] = [];
    for (const i of numbers(8)) clock.after(10, () => seen.push(i));
    await clock.run();
    return seen;
  };
  expect(await order(1)).toEqual(await order(1));
  const orders = await Promise.all(numbers(20).map(order));
  expect(new Set(orders.map(String)).size).toBeGreaterThan(15);
});

test('a task taken back never runs, and its time never comes', async () => {
  const clock = new VirtualClock({ start: 0 });
  const cancel = clock.after(10, () => expect.unreachable());
  cancel();
  expect(await clock.run()).toBe('idle');
  expect(clock.now()).toBe(0);
});

test('time stands still until microtasks and immediates have come to rest', async () => {
  const clock = new VirtualClock({ start: 0 });
  const seen: string[] = [];
  clock.after(1, async () => {
    for (const _ of numbers(50)) await Promise.resolve();
    await immediate();
    seen.push(`first at ${clock.now()}`);
    clock.after(0, () => seen.push(`its own at ${clock.now()}`));
  });
  clock.after(2, () => seen.push(`second at ${clock.now()}`));
  await clock.run();
  expect(seen).toEqual(['first at 1', 'its own at 1', 'second at 2']);
});

test('held work keeps time from moving', async () => {
  const clock = new VirtualClock({ start: 0 });
  const seen: string[] = [];
  clock.after(1, async () => {
    await clock.hold(promisify(gzip)(Buffer.alloc(1_000)));
    seen.push(`zipped at ${clock.now()}`);
  });
  clock.after(2, () => seen.push(`second at ${clock.now()}`));
  await clock.run();
  expect(seen).toEqual(['zipped at 1', 'second at 2']);
});

test('held work that waits for time itself does not stop it', async () => {
  const clock = new VirtualClock({ start: 0 });
  const held = clock.hold(clock.sleep(5));
  expect(await clock.run()).toBe('idle');
  await held;
  expect(clock.now()).toBe(5);
});

test('run ends when its condition holds or at its limit', async () => {
  const clock = new VirtualClock({ start: 0 });
  let ticks = 0;
  const tick = () => {
    ticks += 1;
    clock.after(10, tick);
  };
  tick();
  expect(await clock.run({ until: () => ticks === 5 })).toBe('met');
  expect(clock.now()).toBe(40);
  expect(await clock.run({ limit: 65 })).toBe('limit');
  expect([ticks, clock.now()]).toEqual([7, 60]);
  await clock.advance(100);
  expect([ticks, clock.now()]).toEqual([17, 160]);
});

test('sleepers wake at their time', async () => {
  const clock = new VirtualClock({ start: 0 });
  const woken: number[] = [];
  void clock.sleep(500).then(() => woken.push(clock.now()));
  await clock.advance(499);
  expect(woken).toEqual([]);
  await clock.advance(1);
  expect(woken).toEqual([500]);
});

test('two that drive the clock at once are an error', async () => {
  const clock = new VirtualClock();
  const first = clock.run();
  await expect(clock.run()).rejects.toThrow(/one run\(\) or advance\(\) at a time/);
  await first;
});
