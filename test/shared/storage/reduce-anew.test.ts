import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { Reduce } from '../../../shared/author/reduce.ts';
import type { Json } from '../../../shared/domain/json.ts';
import { reducedKey } from '../../../shared/storage/manifest.ts';
import { type HeldRow, partKeys, readPartBlock, readPartIndex } from '../../../shared/storage/part.ts';
import { PartDraft } from '../../../shared/storage/part-draft.ts';
import { reduceAnew } from '../../../shared/storage/reduce-anew.ts';
import { writePart } from '../../../shared/storage/write-part.ts';
import { countRows, type TestDeps, testDeps, testPipeline } from '../support.ts';

const row = (block: number, n: number, over: Partial<HeldRow> = {}): HeldRow => ({
  id: `0-0.${block}.${n}`,
  item: n,
  status: 'SUCCEEDED',
  reason: null,
  result: 10 * n,
  attempts: 1,
  ms: 1,
  at: 0,
  ...over,
});
const FAILED = { status: 'FAILED', reason: 'http-500', result: null } as const;
const BLOCKS = [
  [row(0, 0), row(0, 1, FAILED), row(0, 2, { result: { $object: 'large' } })],
  [row(1, 0), row(1, 1, { ...FAILED, reason: 'reduce-failed' })],
];

/** A definition whose one column is named so, and whose statistics count by so many. */
const reduceOf = (column: string, by: number, over: Partial<Reduce> = {}): Reduce => ({
  ...countRows,
  columns: [column],
  cells: ({ result }) => [`${column} ${JSON.stringify(result)}`],
  start() {
    const counted = countRows.start();
    return { ...counted, add: (of) => Array.from({ length: by }, () => counted.add(of)) };
  },
  ...over,
});

async function frozen(blocks = BLOCKS) {
  const deps = testDeps(testPipeline({ reduce: reduceOf('old', 1) }));
  await deps.objects.put('large', '"large"');
  const part = await writePart(deps, 'march/parts/0-0.a', async (draft) => {
    for (const block of blocks) await draft.add(block);
  });
  return { deps, part: { slice: 0, segment: 0, ...part, reducedBy: 'yesterday' } };
}

const renewed = (deps: TestDeps, reduce: Reduce, report = {}) => ({
  ...deps,
  pipeline: testPipeline({ reduce, report }),
});
const textOf = async (deps: TestDeps, key: string) => gunzipSync(await deps.objects.get(key)).toString();

test('lines and statistics are this definition’s, rows and counts are as they were frozen', async () => {
  const { deps, part } = await frozen();
  const before = deps.objects.keys();
  const rows = await deps.objects.get(partKeys(part.part).rows);
  const anew = await reduceAnew(renewed(deps, reduceOf('new', 7)), 'today', part);
  const { statistics: _, ...rest } = part;
  const piece = await deps.objects.get('march/parts/0-0.a.today.csv.gz');
  const made = { reducedBy: 'today', reduced: 'march/parts/0-0.a.today', csvBytes: piece.length };
  expect(anew).toEqual({ ...rest, ...made });
  expect(await textOf(deps, partKeys(reducedKey(anew)).csv)).toBe(
    [
      '0-0.0.0,new 0,SUCCEEDED,',
      '0-0.0.1,new null,FAILED,http-500',
      '0-0.0.2,"new ""large""",SUCCEEDED,',
      '0-0.1.0,new 0,SUCCEEDED,',
      '0-0.1.1,,FAILED,reduce-failed',
      '',
    ].join('\n'),
  );
  const index = await readPartIndex(deps.objects, reducedKey(anew));
  expect(index.statistics).toBe(21);
  // A block's piece is found by the new index, and its rows by either.
  const csv = await deps.objects.get(partKeys(reducedKey(anew)).csv);
  expect(gunzipSync(csv.subarray(index.csvOffsets[1], index.csvOffsets[2])).toString()).toMatch(/^0-0\.1\.0,new 0/);
  expect(await readPartBlock(deps.objects, part.part, index, 1)).toEqual(BLOCKS[1]);
  expect(await deps.objects.get(partKeys(part.part).rows)).toEqual(rows);
  // What it was reduced to before still stands, for functions of the deployment before.
  for (const key of before) expect(deps.objects.keys()).toContain(key);
  expect(await textOf(deps, partKeys(part.part).csv)).toMatch(/^0-0\.0\.0,old 0,/);
});

test('a row that this definition throws on stays what it is, with empty cells and in no statistics', async () => {
  const { deps, part } = await frozen([[row(0, 0), row(0, 1), row(0, 2)]]);
  const cells = ({ item }: { item: unknown }) => {
    if (item === 1) throw new TypeError('A number of cities was expected.');
    return [`seen ${JSON.stringify(item)}`];
  };
  const anew = await reduceAnew(renewed(deps, reduceOf('new', 1, { cells })), 'today', part);
  expect(await textOf(deps, partKeys(reducedKey(anew)).csv)).toBe(
    '0-0.0.0,seen 0,SUCCEEDED,\n0-0.0.1,,SUCCEEDED,\n0-0.0.2,seen 2,SUCCEEDED,\n',
  );
  expect((await readPartIndex(deps.objects, reducedKey(anew))).statistics).toBe(2);
  expect(anew.counts).toEqual(part.counts);
  expect(deps.lines).toMatchObject([{ level: 'error', fields: { child: '0-0.0.1' } }]);
});

test('a definition that leaves failed rows out does so', async () => {
  const { deps, part } = await frozen();
  const anew = await reduceAnew(renewed(deps, reduceOf('new', 1), { failedRows: 'omit' }), 'today', part);
  expect((await textOf(deps, partKeys(reducedKey(anew)).csv)).match(/FAILED/)).toBeNull();
});

test('what an invocation before has reduced is used again; what it left half done is not', async () => {
  const { deps, part } = await frozen();
  const put = deps.objects.put.bind(deps.objects);
  deps.objects.put = async () => {
    throw new Error('S3 is gone.');
  };
  const today = renewed(deps, reduceOf('new', 7));
  await expect(reduceAnew(today, 'today', part)).rejects.toThrow('S3 is gone.');
  deps.objects.put = put;
  const written: string[] = [];
  const putStream = deps.objects.putStream.bind(deps.objects);
  deps.objects.putStream = (key, body) => {
    written.push(key);
    return putStream(key, body);
  };
  const anew = await reduceAnew(today, 'today', part);
  expect(await reduceAnew(today, 'today', part)).toEqual(anew);
  expect(written).toEqual([partKeys(reducedKey(anew)).csv]);
});

test('a part of many blocks is reduced in order, a few blocks at a time', async () => {
  const blocks = Array.from({ length: 40 }, (_, block) => [row(block, 0), row(block, 1)]);
  const { deps, part } = await frozen(blocks);
  let reading = 0;
  let most = 0;
  const get = deps.objects.get.bind(deps.objects);
  deps.objects.get = async (key, range) => {
    most = Math.max(most, ++reading);
    return get(key, range).finally(() => reading--);
  };
  const anew = await reduceAnew(renewed(deps, reduceOf('new', 1)), 'today', part);
  const ids = (await textOf(deps, partKeys(reducedKey(anew)).csv))
    .trim()
    .split('\n')
    .map((line) => line.split(',')[0]);
  expect(ids).toEqual(blocks.flat().map(({ id }) => id));
  expect(most).toBeLessThanOrEqual(8);
});

test('statistics that were reduced anew merge to the same as if all had been reduced so from the start', async () => {
  const reduce = reduceOf('new', 3);
  const { deps, part } = await frozen();
  const today = renewed(deps, reduce);
  const draft = new PartDraft(today, 'march/parts/0-0.b');
  for (const block of BLOCKS) await draft.add(block);
  const anew = await reduceAnew(today, 'today', part);
  const stored: Json = (await readPartIndex(deps.objects, reducedKey(anew))).statistics;
  expect(stored).toEqual(draft.reduction.statistics());
});
