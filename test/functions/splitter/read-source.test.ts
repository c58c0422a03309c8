import { expect, test } from 'vitest';
import { readSource } from '../../../functions/splitter/read-source.ts';
import { startRun } from '../../../shared/control/start.ts';
import { ObjectDeniedError, SourceError } from '../../../shared/domain/errors.ts';
import { redriveFilter } from '../../../shared/domain/redrive.ts';
import { testDeps } from '../../shared/support.ts';

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
