import { expect, test } from 'vitest';
import { SeededRandom } from '../../testing/seeded-random.ts';
import { numbers } from '../contracts/fixtures.ts';

test('the same seed gives the same numbers and ids, another gives others', () => {
  const draw = (seed: number) => {
    const random = new SeededRandom(seed);
    return [random.next(), random.id(), random.integer(1_000), random.fork().next()];
  };
  expect(draw(1)).toEqual(draw(1));
  expect(draw(1)).not.toEqual(draw(2));
});

test('numbers lie between 0 and 1 and spread evenly', () => {
  const random = new SeededRandom(3);
  const buckets = numbers(10).map(() => 0);
  for (const _ of numbers(10_000)) {
    const x = random.next();
    expect(x >= 0 && x < 1).toBe(true);
    const bucket = Math.floor(x * 10);
    buckets[bucket] = (buckets[bucket] ?? 0) + 1;
  }
  // Mean 1,000, standard deviation 30.
  for (const count of buckets) expect(Math.abs(count - 1_000)).toBeLessThan(150);
});

test('ids are unique, of letters, digits and dashes', () => {
  const random = new SeededRandom(1);
  const ids = numbers(5_000).map(() => random.id());
  expect(new Set(ids).size).toBe(5_000);
  expect(ids.every((id) => /^[A-Za-z0-9-]{1,48}$/.test(id))).toBe(true);
  expect(ids).not.toEqual([...ids].sort());
});
