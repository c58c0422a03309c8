import { expect, test } from 'vitest';
import { examplesOf } from '../../../functions/aggregator/examples.ts';
import type { Reduce } from '../../../shared/author/reduce.ts';
import { combineReducers } from '../../../shared/author/reducers/combine-reducers.ts';
import { count } from '../../../shared/author/reducers/count.ts';
import { groupBy } from '../../../shared/author/reducers/group-by.ts';
import { statistics } from '../../../shared/author/reducers/statistics.ts';
import { topK } from '../../../shared/author/reducers/top-k.ts';
import type { HeldRow } from '../../../shared/storage/part.ts';
import { writePart } from '../../../shared/storage/write-part.ts';
import { testDeps, testPipeline } from '../../shared/support.ts';

const failed = (n: number, reason: string, block = 0): HeldRow => ({
  ...{ id: `0-0.${block}.${n}`, item: { city: `City ${n}`, phone: '555' }, status: 'FAILED', reason },
  ...{ result: `body ${n}`, attempts: 1, ms: 1, at: 0 },
});

/** A part of these blocks, of a definition that lets these columns and so much of a body out. */
async function partOf(
  report: { readonly bodyExcerpt?: number; readonly failedRows?: 'omit'; readonly reduce?: Reduce },
  ...blocks: HeldRow[][]
) {
  const { reduce = count({ columns: ['km', 'city'] }), ...rest } = report;
  const pipeline = testPipeline({ reduce, report: rest });
  const deps = { ...testDeps(), pipeline };
  const frozen = await writePart(deps, 'p', async (draft) => {
    for (const block of blocks) await draft.add(block);
  });
  const reads: string[] = [];
  const get: typeof deps.objects.get = (key, ...range) => {
    if (key.includes('rows')) reads.push(key);
    return deps.objects.get(key, ...range);
  };
  return {
    deps: { pipeline, objects: Object.assign(Object.create(deps.objects), { get }) },
    parts: [{ slice: 0, segment: 0, ...frozen }],
    reads,
  };
}

test('each reason has up to three examples, and no more blocks are read than that takes', async () => {
  const rows = [1, 2, 3, 4].map((n) => failed(n, 'http-422'));
  const { deps, parts, reads } = await partOf(
    { bodyExcerpt: 100 },
    rows,
    [failed(1, 'timeout', 1)],
    [failed(1, 'http-422', 2)],
  );
  const examples = await examplesOf(deps, parts, [{ reason: 'http-422' }, { reason: 'timeout' }]);
  expect(examples.get('http-422')).toEqual(
    [1, 2, 3].map((n) => ({ id: `0-0.0.${n}`, label: `City ${n}`, excerpt: `body ${n}` })),
  );
  expect(examples.get('timeout')?.map(({ id }) => id)).toEqual(['0-0.1.1']);
  expect((await examplesOf(deps, parts, [{ reason: 'http-422' }])).get('http-422')).toHaveLength(3);
  // Three blocks for both reasons, as a second time-out may be in the last; one for the first alone.
  expect(reads).toHaveLength(4);
});

test.each<[what: string, reduce: Reduce, label: string]>([
  ['the label of statistics', statistics({ value: 'phone', label: 'city' }), 'City 1'],
  ['what topK shows first', topK({ by: 'phone', show: ['city', 'phone'], columns: ['phone', 'city'] }), 'City 1'],
  [
    'that of the first reduce that has one',
    combineReducers({ count: count(), of: statistics({ value: 'phone', label: 'city' }) }),
    'City 1',
  ],
  ['that of the groups', groupBy('phone', statistics({ value: 'phone', label: 'city' })), 'City 1'],
  [
    'a column where the label needs what failed',
    statistics({ value: 'phone', label: { name: 'x', of: () => Reflect.get(Object(null).y, 'z') } }),
    '555',
  ],
])('an example is called by %s', async (_, reduce, label) => {
  const { deps, parts } = await partOf({ reduce }, [failed(1, 'http-422')]);
  expect((await examplesOf(deps, parts, [{ reason: 'http-422' }])).get('http-422')).toMatchObject([{ label }]);
});

test('nothing is said of a child that the report leaves out', async () => {
  const { deps, parts } = await partOf({ failedRows: 'omit' }, [failed(1, 'http-422')]);
  const examples = await examplesOf(deps, parts, [{ reason: 'http-422' }]);
  expect(examples.get('http-422')).toEqual([{ id: '0-0.0.1', label: null, excerpt: null }]);
});

test('a run whose children are all well reads none of its rows', async () => {
  const { deps, parts, reads } = await partOf({}, [{ ...failed(1, 'x'), status: 'SUCCEEDED', reason: null }]);
  expect((await examplesOf(deps, parts, [])).size).toBe(0);
  expect(reads).toEqual([]);
});
