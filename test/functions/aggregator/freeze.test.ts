import { expect, test } from 'vitest';
import { freezeSegment } from '../../../functions/aggregator/freeze.ts';
import { isRootFull } from '../../../shared/domain/completion.ts';
import { packSegment } from '../../../shared/domain/ids.ts';
import { endedRun } from './ended-run.ts';

const SEGMENT = { slice: 0, segment: 0 };
const FINISH = { type: 'finish', run: 'march' };

test("a frozen segment is added to its run's set, and the aggregator is notified of the complete run", async () => {
  const { deps } = await endedRun();
  deps.queues.aggregate.take();
  await freezeSegment(deps, 'march', SEGMENT);
  expect((await deps.stores.segments.read('march', SEGMENT)).frozen).toMatchObject({ counts: { total: 3, failed: 3 } });
  const root = await deps.stores.runs.readCompletion('march');
  expect([...root.done]).toEqual([packSegment(0, 0)]);
  expect(isRootFull(root)).toBe(true);
  expect(deps.queues.aggregate.take()).toMatchObject([FINISH]);
});

test("a segment whose freezer died before it was added to its run's set is added by the next delivery", async () => {
  const { deps } = await endedRun();
  const { runs } = deps.stores;
  const add = runs.addSegment.bind(runs);
  runs.addSegment = async () => {
    throw new Error('The table is away.');
  };
  await expect(freezeSegment(deps, 'march', SEGMENT)).rejects.toThrow('The table is away.');
  expect([...(await runs.readCompletion('march')).done]).toEqual([]);
  runs.addSegment = add;
  deps.queues.aggregate.take();
  await freezeSegment(deps, 'march', SEGMENT);
  expect([...(await runs.readCompletion('march')).done]).toEqual([packSegment(0, 0)]);
  expect(deps.queues.aggregate.take()).toMatchObject([FINISH]);
});

test('of two that freeze a segment at once the first part stays for good', async () => {
  const { deps } = await endedRun();
  const { segments } = deps.stores;
  const freeze = segments.freeze.bind(segments);
  const parts: { readonly written: string; readonly stored: string }[] = [];
  segments.freeze = async (run, ref, frozen, late) => {
    const stored = await freeze(run, ref, frozen, late);
    parts.push({ written: frozen.part, stored: stored?.part ?? '' });
    return stored;
  };
  await Promise.all([freezeSegment(deps, 'march', SEGMENT), freezeSegment(deps, 'march', SEGMENT)]);
  expect(parts).toHaveLength(2);
  const [first, second] = parts;
  expect(first?.stored).toBe(first?.written);
  expect(second?.written).not.toBe(first?.written);
  expect(second?.stored).toBe(first?.written);
  expect((await segments.read('march', SEGMENT)).frozen?.part).toBe(first?.written);
});

test('a segment that is not full is not frozen', async () => {
  const { deps } = await endedRun();
  const other = { slice: 0, segment: 1 };
  await freezeSegment(deps, 'march', other);
  expect((await deps.stores.segments.read('march', other)).frozen).toBeNull();
  expect([...(await deps.stores.runs.readCompletion('march')).done]).toEqual([]);
});
