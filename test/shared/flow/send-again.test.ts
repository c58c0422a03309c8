import { expect, test } from 'vitest';
import { pauseRun, resumeRun } from '../../../shared/control/control.ts';
import { startRun } from '../../../shared/control/start.ts';
import { END, type ItemsPage } from '../../../shared/domain/chain.ts';
import { testDeps } from '../support.ts';

const page = (first: number, length: number, endsBlock: boolean): ItemsPage => ({
  kind: 'items',
  first,
  items: Array.from({ length }, (_, n) => first + n),
  slots: [length],
  endsBlock,
  cursor: first + length,
});

/** A paused run whose slice has these pages and no checkpoint: its splitter is between sending and that. */
async function paused(pages: readonly (ItemsPage | typeof END)[]) {
  const deps = testDeps();
  await startRun(deps, { runId: 'march' }, 'cli');
  let place = { segment: 0, block: 0, page: 0 };
  for (const stored of pages) {
    expect(await deps.stores.chains.putPage('march', 0, place, stored, 0)).toBe(true);
    const isLast = stored.kind === 'items' && stored.endsBlock;
    place = isLast ? { ...place, block: place.block + 1, page: 0 } : { ...place, page: place.page + 1 };
  }
  await pauseRun(deps, 'march');
  deps.queues.work.take();
  return deps;
}

const sentBlocks = (deps: ReturnType<typeof testDeps>) =>
  deps.queues.work.take().map(({ at: [, , block], turn, size }) => ({ block, turn, size }));

test('what was sent behind the checkpoint, and voided by the pause, is sent again', async () => {
  const deps = await paused([page(0, 64, true), page(0, 40, false), page(40, 20, true), page(0, 10, false)]);
  await resumeRun(deps, 'march');
  // Both slots of the second block; the third isn't whole yet, and its splitter's to send.
  expect(sentBlocks(deps)).toEqual([
    { block: 0, turn: 1, size: 64 },
    { block: 1, turn: 1, size: 60 },
    { block: 1, turn: 1, size: 60 },
  ]);
});

test('a last block that END cut short is whole', async () => {
  const deps = await paused([page(0, 64, true), page(0, 10, false), END]);
  await resumeRun(deps, 'march');
  expect(sentBlocks(deps)).toEqual([
    { block: 0, turn: 1, size: 64 },
    { block: 1, turn: 1, size: 10 },
  ]);
});
