import { expect, test } from 'vitest';
import { expireWaits } from '../../../functions/sweeper/expire-waits.ts';
import { registerOf } from '../../../shared/domain/sending.ts';
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

test('a wait that is over is let be while others of its slot are called, for fifteen minutes at most', async () => {
  const { deps } = await waitingRun();
  const { stores, clock } = deps;
  const at = { slot: 0, ttl: TTL };
  const read = registerOf(await stores.blocks.read('march', BLOCK), 0);
  // The second child's call failed, and it is due: a message of this turn is at it.
  const next = {
    ...read,
    turn: 2,
    tries: new Map([[1, { tries: 1, due: 0, crashes: 0 }]]),
    waiting: new Map([[0, UNTIL]]),
  };
  await stores.blocks.replaceRegister('march', BLOCK, { ...at, read, next });
  await stores.waits.add('march', BLOCK, UNTIL, { block: 0, slot: 0 }, TTL);
  const record = await stores.runs.read('march');
  if (record === null) throw new Error('There is no run.');
  clock.time = UNTIL + 600_000;
  expect(await expireWaits(deps, record)).toBe(true);
  expect(registerOf(await stores.blocks.read('march', BLOCK), 0)).toEqual(next);
  clock.time += 900_000;
  expect(await expireWaits(deps, record)).toBe(false);
  expect((await stores.blocks.read('march', BLOCK)).done).toEqual(new Set([0]));
});
