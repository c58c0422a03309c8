import { expect, test } from 'vitest';
import { callbacksRun } from './callbacks.ts';

test('under chaos a fifth calls back, early, twice, late or never: none is lost, no 200 is untrue, nothing forged is taken', async () => {
  const statuses = new Map<number, number>();
  for (const seed of [801, 806]) {
    const { told, ...result } = await callbacksRun(seed, 300);
    expect(result, `seed ${seed}`).toMatchObject({ lost: 0, twice: 0, stuck: 0, mailsTooMany: 0, problems: [] });
    // The cap is reached in 801, which has one.
    if (seed % 4 === 1) expect(told.mostWaiting, `seed ${seed}`).toBeGreaterThan(10);
    for (const [status, count] of told.statuses) statuses.set(status, (statuses.get(status) ?? 0) + count);
  }
  // Without them it would prove nothing.
  expect(statuses.get(200)).toBeGreaterThan(80);
  expect(statuses.get(401)).toBeGreaterThan(15);
}, 90_000);
