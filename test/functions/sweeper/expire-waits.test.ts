import { expect, test } from 'vitest';
import { expireWaits } from '../../../functions/sweeper/expire-waits.ts';
import { BLOCK, TTL, tokenOf, UNTIL, waitingRun } from '../callback/waiting-run.ts';

test('displays count who waits: not those whose time is over, and not those who have answered', async () => {
  const { deps, ask } = await waitingRun();
  const { stores, clock } = deps;
  await stores.waits.add('march', BLOCK, UNTIL, { block: 0, slot: 0 }, TTL);
  await stores.progress.bump('march', 'a', { succeeded: 0, failed: 0, retried: 0, waiting: 2 }, clock.now(), TTL);
  await ask({ rawPath: `/callback/${tokenOf()}`, body: '{"status":500}' });
  expect(await stores.progress.read('march')).toMatchObject({ retried: 1, waiting: 1 });
  clock.time = UNTIL + 3_600_000;
  const none = { succeeded: 0, failed: 1, retried: 1, at: clock.time };
  const record = await stores.runs.read('march');
  if (record === null) throw new Error('There is no run.');
  expect(await expireWaits(deps, record)).toBe(false);
  expect(await stores.progress.read('march')).toEqual(none);
  // Nothing is counted twice.
  await expireWaits(deps, record);
  expect(await stores.progress.read('march')).toEqual(none);
});
