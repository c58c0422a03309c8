import { expect, test, vi } from 'vitest';
import { startRun } from '../../../shared/control/start.ts';
import { FIRST_PLACE, LAYOUT, nextBlock } from '../../../shared/domain/layout.ts';
import { unfinishedBlocks } from '../../../shared/flow/unfinished.ts';
import { testDeps } from '../support.ts';

/** A run whose one slice has so many blocks of one child; its segments are counted where that number is given. */
async function runOf(blocks: number, counted: number | null) {
  const deps = testDeps();
  await startRun(deps, { runId: 'march' }, 'cli');
  let place = FIRST_PLACE;
  for (let i = 0; i < blocks; i++) {
    const page = { kind: 'items', first: 0, items: [i], slots: [1], endsBlock: true, cursor: i } as const;
    await deps.stores.chains.putPage('march', 0, place, page, 0);
    place = nextBlock(place);
  }
  if (counted !== null) await deps.stores.runs.countSlice('march', 0, counted);
  return deps;
}

const SEGMENT = LAYOUT.segmentBlocks(0);

test.each([
  ['a counted slice', 2, 1, ['0-0']],
  ['a counted slice whose only segment is whole', SEGMENT, 1, ['0-0']],
  ['a counted slice without items', 0, 0, []],
  ['a slice that has stored nothing yet', 0, null, []],
  ['a slice that has stored a block', 1, null, ['0-0']],
  ['a slice that has stored one whole segment', SEGMENT, null, ['0-0']],
  ['a slice whose second segment has begun', SEGMENT + 1, null, ['0-0', '0-1']],
])('of %s the walk reads the segments that have blocks, and no other', async (_, blocks, counted, expected) => {
  const deps = await runOf(blocks, counted);
  if (counted === 1) await deps.stores.segments.setSize('march', { slice: 0, segment: 0 }, blocks, 0);
  const read = vi.spyOn(deps.stores.segments, 'read');
  let found = 0;
  for await (const { content } of unfinishedBlocks(deps, { run: 'march', ttl: 0 })) found += content.pages.length;
  expect(read.mock.calls.map(([, { slice, segment }]) => `${slice}-${segment}`)).toEqual(expected);
  expect(found).toBe(blocks);
});
