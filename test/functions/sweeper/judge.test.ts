import { expect, test, vi } from 'vitest';
import { splitSlice } from '../../../functions/splitter/split.ts';
import { judgeFailures } from '../../../functions/sweeper/judge.ts';
import type { Pipeline } from '../../../shared/author/definition.ts';
import { list } from '../../../shared/author/sources/list.ts';
import { startRun } from '../../../shared/control/start.ts';
import type { Outcome } from '../../../shared/domain/outcome.ts';
import { countFailed } from '../../../shared/flow/count-failed.ts';
import { testDeps, testPipeline } from '../../shared/support.ts';

/** A segment of 16 blocks, and one more that isn't full. */
const BLOCKS = 40;
/** What is too large for a page is an object of its own. */
const LARGE = 'x'.repeat(40_000);
const failed = (n: number): Outcome => ({ n, status: 'FAILED', reason: 'x', result: null, attempts: 1, ms: 1 });

/**
 * A run whose every child was sent, and two of each block failed, told twice. Its first segment is frozen, with 32 failures and no
 * objects; behind it, 24 blocks hold 48.
 */
async function failingRun(tolerate?: Pipeline['tolerate']) {
  const load = () => Array.from({ length: BLOCKS * 256 }, (_, i) => (i % 1_000 === 0 ? LARGE : i));
  const deps = testDeps(testPipeline({ source: list(load), tolerate }));
  const { stores, objects } = deps;
  await startRun(deps, { runId: 'march' }, 'cli');
  const run = await stores.runs.read('march');
  if (!run) throw new Error('There is no run.');
  await splitSlice(deps, run, 0, { id: 'splitter', deadline: deps.clock.now() + 300_000 });
  for (let b = 0; b < BLOCKS; b++) {
    const ref = { slice: 0, segment: Math.floor(b / 16), block: b % 16 };
    const outcomes = [failed(0), failed(1)];
    for (const id of ['a', 'b']) await stores.blocks.putOutcomes('march', ref, { id, at: 0, outcomes }, 0);
  }
  const counts = { total: 4_096, succeeded: 4_064, failed: 32, cancelled: 0, expired: 0 };
  await stores.segments.freeze('march', { slice: 0, segment: 0 }, { part: 'nowhere', counts, reasons: { x: 32 } });
  await stores.progress.bump('march', 'doubled', { succeeded: 0, failed: 1_000, retried: 0 }, 0, 0);
  return { deps, run, blocks: vi.spyOn(stores.blocks, 'readAll'), values: vi.spyOn(objects, 'get') };
}

test('failures are counted without a value, and without the blocks of what is frozen', async () => {
  const { deps, blocks, values } = await failingRun();
  expect(await countFailed(deps, 'march', () => false)).toBe(80);
  expect(blocks).toHaveBeenCalledTimes(24);
  expect(values).not.toHaveBeenCalled();
});

test('what is frozen comes first, and counting ends where it is enough for a decision', async () => {
  const { deps, blocks } = await failingRun();
  expect(await countFailed(deps, 'march', (count) => count > 31)).toBe(32);
  expect(blocks).not.toHaveBeenCalled();
  expect(await countFailed(deps, 'march', (count) => count > 32)).toBeLessThan(80);
});

test.each([
  [79, true],
  [80, false],
])('of 80 failed children, %i tolerated: closed early is %s', async (failedCount, isClosed) => {
  const { deps, run } = await failingRun({ failedCount, stopEarly: true });
  expect(await deps.clock.through(judgeFailures(deps, run))).toBe(isClosed);
  expect(await deps.stores.runs.read('march')).toMatchObject({ closed: isClosed ? 'too-many-failures' : null });
});
