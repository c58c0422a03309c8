import { expect, test } from 'vitest';
import { readSource } from '../../../functions/splitter/read-source.ts';
import { startRun } from '../../../shared/control/start.ts';
import { ObjectDeniedError, SourceError } from '../../../shared/domain/errors.ts';
import { redriveFilter } from '../../../shared/domain/redrive.ts';
import { testDeps, testPipeline } from '../../shared/support.ts';

async function redriving() {
  const deps = testDeps();
  await startRun(deps, { runId: 'march' }, 'cli');
  const run = await deps.stores.runs.read('march');
  if (!run) throw new Error('There is no run.');
  const redrive = { base: 'gone', root: 'gone', filter: redriveFilter.parse({}), closed: null, cut: false };
  const first = () => readSource(deps, { ...run, redrive }, 0, { range: [0, 64], cursor: null, count: 0 }).next();
  return { deps, first };
}

test("a redrive's base that is gone counts against its slice: nothing brings it back", async () => {
  const { deps, first } = await redriving();
  await expect(first()).rejects.toThrow(SourceError);
  // As S3 puts it, where a function may not list the bucket.
  deps.objects.get = async (key) => {
    throw new ObjectDeniedError(key, new Error('Access Denied'));
  };
  await expect(first()).rejects.toThrow(SourceError);
});

test('a store that is down does not count, where it is ours', async () => {
  const { deps, first } = await redriving();
  const down = new Error('Please reduce your request rate.');
  deps.objects.get = async () => {
    throw down;
  };
  await expect(first()).rejects.toBe(down);
});

test.each<[what: string, yielded: unknown, said: string]>([
  ['an item with a number that JSON lacks', { item: { price: Number.NaN }, cursor: 1 }, 'item 41 has NaN at $.price;'],
  ['a promise for an item', { item: Promise.resolve(1), cursor: 1 }, 'item 41 is an instance of Promise (an await is'],
  ['an item of 12 MB', { item: 'x'.repeat(12_000_000), cursor: 1 }, 'item 41 is too large; allowed are 6291456 bytes'],
  ['no cursor', { item: 1 }, 'the cursor behind item 41 is undefined'],
  ['the bare item', 5, "what stands for item 41 isn't { item, cursor }"],
  ['nothing', null, "what stands for item 41 isn't { item, cursor }"],
])('a source that yields %s fails with its place', async (_, yielded, said) => {
  const source = {
    read: async function* () {
      yield yielded;
    },
  };
  const deps = testDeps(Object.assign(testPipeline(), { source }));
  await startRun(deps, { runId: 'march' }, 'cli');
  const run = await deps.stores.runs.read('march');
  if (!run) throw new Error('There is no run.');
  const read = readSource(deps, run, 3, { range: null, cursor: null, count: 40 });
  await expect(read.next()).rejects.toThrow(`The source failed in slice 3: ${said}`);
});
