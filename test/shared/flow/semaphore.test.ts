import { expect, test } from 'vitest';
import { Semaphore } from '../../../shared/flow/semaphore.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Tasks that end when told to; `started` lists them in the order they began. */
function tasks() {
  const started: string[] = [];
  const ends = new Map<string, () => void>();
  const task = (name: string) => () => {
    started.push(name);
    return new Promise<void>((resolve) => ends.set(name, resolve));
  };
  return { started, task, end: (name: string) => ends.get(name)?.() };
}

test('so many run at once; the others follow one by one, in the order they came', async () => {
  const semaphore = new Semaphore(2);
  const { started, task, end } = tasks();
  const all = ['a', 'b', 'c', 'd'].map((name) => semaphore.run(task(name)));
  await turn();
  expect(started).toEqual(['a', 'b']);
  end('b');
  await turn();
  expect(started).toEqual(['a', 'b', 'c']);
  for (const name of ['a', 'c']) end(name);
  await turn();
  end('d');
  await Promise.all(all);
  expect(started).toEqual(['a', 'b', 'c', 'd']);
});

test('a task that throws gives its permit back', async () => {
  const semaphore = new Semaphore(1);
  await expect(semaphore.run(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  expect(await semaphore.run(async () => 'next')).toBe('next');
});

test('who takes several gets those that are free, at least one, and never what was handed to another', async () => {
  const semaphore = new Semaphore(3);
  expect(await semaphore.take()).toBe(1);
  expect(await semaphore.take(5)).toBe(2);
  const waiting = [semaphore.take(5), semaphore.take(5)];
  semaphore.release(3);
  expect(await Promise.all(waiting)).toEqual([1, 1]);
  expect(await semaphore.take(5)).toBe(1);
});
