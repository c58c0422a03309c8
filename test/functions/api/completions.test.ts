import { setMaxListeners } from 'node:events';
import { beforeEach, expect, test } from 'vitest';
import { Completions } from '../../../functions/api/completions.ts';
import { NO_COUNTS } from '../../../shared/domain/run.ts';
import type { RunRecord } from '../../../shared/ports/run-store.ts';
import { VirtualClock } from '../../../testing/virtual-clock.ts';
import { testDeps } from '../../shared/support.ts';

const NEVER = new AbortController().signal;
setMaxListeners(0, NEVER);
let clock: VirtualClock;
let ended: Set<string>;
/** Runs that each look read. */
let looks: number[];
let isAway: boolean;
let completions: Completions;
beforeEach(() => {
  clock = new VirtualClock();
  ended = new Set();
  looks = [];
  isAway = false;
  const { stores, log } = testDeps();
  const readMany = async (runs: readonly string[]) => {
    looks.push(runs.length);
    if (isAway) throw new Error('The table is away.');
    return runs.map((run): RunRecord => ({ ...RECORD, run, status: ended.has(run) ? 'succeeded' : 'running' }));
  };
  completions = new Completions({
    clock,
    log,
    storesOf: () => ({ runs: { ...stores.runs, readMany } }),
    callsOf: () => ({ readMany: async () => [] }),
  });
});

const RECORD = {
  ...{ run: 'run', status: 'running', definition: 'd', input: 'i', params: {}, limit: null, trigger: 'api', ttl: 1 },
  ...{ startedAt: 0, deadline: 1, closed: null, flags: [], endedAt: null, counts: NO_COUNTS, failure: null },
  ...{ summary: null, mail: null },
} as const satisfies RunRecord;

/** When each wait was over, after its start. */
function waits(runs: readonly string[], seconds: number, signal = NEVER) {
  const since = clock.now();
  return runs.map((run) =>
    completions
      .wait({ kind: 'run', pipeline: 'squares', id: run }, since + seconds * 1_000, signal)
      .then(() => clock.now() - since),
  );
}

test('500 waiters are woken by one poller, which reads all their runs at once', async () => {
  const runs = Array.from({ length: 500 }, (_, i) => `run-${i}`);
  const waiting = waits(runs, 25);
  clock.after(2_000, () => {
    ended = new Set(runs);
  });
  await clock.run();
  const times = await Promise.all(waiting);
  expect(Math.max(...times)).toBeLessThanOrEqual(2_150);
  expect(Math.min(...times)).toBeGreaterThanOrEqual(2_000);
  // Each look is ⌈500 ÷ 100⌉ requests: seven looks a second at most.
  expect(looks.length).toBeLessThanOrEqual(2.15 * 7);
  expect(completions.waiting).toBe(0);
});

test('a wait is over at its limit, or with its request, and nothing goes on behind it', async () => {
  const gone = new AbortController();
  const [limited] = waits(['march'], 2);
  const [left] = waits(['march'], 25, gone.signal);
  clock.after(500, () => gone.abort());
  await clock.run();
  expect([await left, await limited]).toEqual([500, 2_000]);
  expect(completions.waiting).toBe(0);
  const before = looks.length;
  await clock.run();
  expect(looks.length).toBe(before);
});

test('a request that was gone before it waits does not wait', async () => {
  expect(await waits(['march'], 25, AbortSignal.abort())[0]).toBe(0);
  expect(looks).toEqual([]);
});

test('many requests for one run read it once', async () => {
  const waiting = waits(
    Array.from({ length: 50 }, () => 'march'),
    1,
  );
  await clock.run();
  await Promise.all(waiting);
  expect(new Set(looks)).toEqual(new Set([1]));
});

test('beyond a thousand an answer comes at once', async () => {
  const waiting = waits(
    Array.from({ length: 1_001 }, () => 'march'),
    1,
  );
  expect(await waiting[1_000]).toBe(0);
  await clock.run();
  expect(await waiting[999]).toBe(1_000);
});

test('a table that is away for a moment wakes nobody, and loses nobody', async () => {
  isAway = true;
  const [waiting] = waits(['march'], 25);
  ended.add('march');
  clock.after(1_000, () => {
    isAway = false;
  });
  await clock.run();
  expect(await waiting).toBeGreaterThanOrEqual(1_000);
  expect(await waiting).toBeLessThan(1_300);
});
