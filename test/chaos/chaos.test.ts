import { expect, test } from 'vitest';
import { chaosRun } from './chaos.ts';

/** The short version of `npm run chaos`, which replays any of these: --seed <n> --runs 1. */
const SEEDS = Array.from({ length: 11 }, (_, i) => 100 + i);
const CHILDREN = 1_000;

test('ten thousand children under chaos: each in its report once, no run stuck, no second mail', async () => {
  let children = 0;
  let crashes = 0;
  for (const seed of SEEDS) {
    const result = await chaosRun(seed, CHILDREN);
    expect(result, `seed ${seed}`).toMatchObject({ lost: 0, twice: 0, stuck: 0, mailsTooMany: 0, problems: [] });
    children += result.children;
    crashes += result.crashes;
  }
  expect(children).toBeGreaterThanOrEqual(10_000);
  // Without crashes it would prove nothing.
  expect(crashes).toBeGreaterThan(10);
}, 60_000);

test('a seed replays exactly', async () => {
  const [first, again] = [await chaosRun(7, 300), await chaosRun(7, 300)];
  expect(again).toEqual(first);
  expect((await chaosRun(8, 300)).tookMs).not.toBe(first.tookMs);
});
