import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { definePipeline } from '../../../shared/domain/definition.ts';
import type { Accumulator, Reduce } from '../../../shared/domain/reduce.ts';
import { list } from '../../../shared/domain/source.ts';
import type { HeldRow } from '../../../shared/flow/part.ts';
import { PartWriter } from '../../../shared/flow/part-writer.ts';
import { count } from '../../../shared/report/count.ts';
import { testDeps } from '../support.ts';

const pipeline = definePipeline({
  name: 'march',
  source: list<{ name: string }>(() => []),
  endpoint: { service: 'march', path: '/' },
  reduce: count<{ name: string }, { seen: string }>({ columns: ['name', 'seen'] }),
});

const row = (n: number, result: HeldRow['result']): HeldRow => ({
  id: `0-0.0.${n}`,
  item: { name: `n${n}` },
  status: 'SUCCEEDED',
  reason: null,
  result,
  attempts: 1,
  ms: 1,
  at: 0,
});

/** Around the number of rows whose large values are fetched at once. */
test.each([0, 1, 7, 8, 9, 17])('%i rows, some of them large, become lines in order', async (rows) => {
  const deps = { ...testDeps(), pipeline };
  await deps.objects.put('large', '{"seen":"large"}', 'application/json');
  const block = Array.from({ length: rows }, (_, n) => row(n, n % 3 === 0 ? { $object: 'large' } : { seen: 'small' }));
  const csv = gunzipSync(await new PartWriter(deps).add(block)).toString();
  const lines = block.map(({ id }, n) => `${id},n${n},${n % 3 === 0 ? 'large' : 'small'},SUCCEEDED,\n`);
  expect(csv).toBe(lines.join(''));
});

test('a row whose cells cannot be written fails alone, as does one that the statistics refuse', async () => {
  // What no cell can hold, as untyped code may give it.
  const loop = JSON.parse('{}');
  loop.self = loop;
  const reduce: Reduce = {
    ...pipeline.reduce,
    cells: ({ item }) => [JSON.stringify(item), item === 'cells' ? loop : null],
    start: () => {
      const accumulator = pipeline.reduce.start();
      const add: Accumulator['add'] = ({ item }) => {
        if (item === 'statistics') throw new RangeError('too much');
      };
      return Object.assign(accumulator, { add });
    },
  };
  const deps = { ...testDeps(), pipeline: { ...pipeline, reduce } };
  const block = ['one', 'cells', 'statistics', 'four'].map((item, n) => ({ ...row(n, null), item }));
  const writer = new PartWriter(deps);
  expect(gunzipSync(await writer.add(block)).toString()).toBe(
    [
      '0-0.0.0,"""one""",,SUCCEEDED,',
      '0-0.0.1,,,FAILED,reduce-failed',
      '0-0.0.2,,,FAILED,reduce-failed',
      '0-0.0.3,"""four""",,SUCCEEDED,',
      '',
    ].join('\n'),
  );
  expect(await writer.write('march/parts/0-0.x')).toMatchObject({
    counts: { total: 4, succeeded: 2, failed: 2 },
    reasons: { 'reduce-failed': 2 },
  });
});
