import { randomBytes } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { definePipeline } from '../../../shared/author/definition.ts';
import type { Accumulator, Reduce } from '../../../shared/author/reduce.ts';
import { count } from '../../../shared/author/reducers/count.ts';
import { list } from '../../../shared/author/sources/list.ts';
import type { Row } from '../../../shared/domain/row.ts';
import { type HeldRow, readPartBlock, readPartIndex } from '../../../shared/storage/part.ts';
import type { PartDraft } from '../../../shared/storage/part-draft.ts';
import { RowReducer } from '../../../shared/storage/row-reducer.ts';
import { writePart } from '../../../shared/storage/write-part.ts';
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

/** What a part of these blocks comes to, and its CSV. */
async function written(deps: Parameters<typeof writePart>[0], ...blocks: HeldRow[][]) {
  const frozen = await writePart(deps, 'p', async (draft) => {
    for (const block of blocks) await draft.add(block);
  });
  return { frozen, csv: gunzipSync(await deps.objects.get('p.csv.gz')).toString() };
}

test.each([0, 1, 7, 8, 9, 17])('%i rows, some of them large, become lines in order', async (rows) => {
  const deps = { ...testDeps(), pipeline };
  await deps.objects.put('large', '{"seen":"large"}', 'application/json');
  const block = Array.from({ length: rows }, (_, n) => row(n, n % 3 === 0 ? { $object: 'large' } : { seen: 'small' }));
  const { csv } = await written(deps, block);
  const lines = block.map(({ id }, n) => `${id},n${n},${n % 3 === 0 ? 'large' : 'small'},SUCCEEDED,\n`);
  expect(csv).toBe(lines.join(''));
});

test.each<[string, (row: Record<string, unknown> & { item: Record<string, unknown> }) => void]>([
  ['makes its item what JSON cannot hold', ({ item }) => Object.assign(item, { name: 1n })],
  ['gives its item a cycle', ({ item }) => Object.assign(item, { self: item })],
  ['gives its item a toJSON that throws', ({ item }) => Object.assign(item, { toJSON: () => BigInt('none') })],
  ['counts its item up', ({ item }) => Object.assign(item, { name: `${item.name}!` })],
  ['says another id, status and reason', (given) => Object.assign(given, { id: 'x', status: 'FAILED', reason: 'why' })],
  ['takes its item and result away', (given) => Object.assign(given, { item: null, result: null })],
])('a reduce that changes its row stores the row as it was: it %s', async (_, change) => {
  for (const changes of ['cells', 'add'] as const) {
    const { start } = pipeline.reduce;
    const changed = (given: Row) => change(Object.assign(given));
    const reduce: Reduce = {
      ...pipeline.reduce,
      cells(given) {
        if (changes === 'cells') changed(given);
        return ['name', 'seen'];
      },
      start: () => ({
        ...start(),
        add: (given) => (changes === 'add' ? changed(given) : undefined),
        merge: () => {},
        toJSON: () => 1,
        sections: () => [],
      }),
    };
    const deps = { ...testDeps(), pipeline: { ...pipeline, reduce } };
    const { frozen, csv } = await written(deps, [
      row(1, { seen: 'x' }),
      { ...row(2, null), status: 'FAILED', reason: 'timeout' },
    ]);
    expect(csv).toBe('0-0.0.1,name,seen,SUCCEEDED,\n0-0.0.2,name,seen,FAILED,timeout\n');
    expect(frozen.counts).toMatchObject({ succeeded: 1, failed: 1 });
    expect(await readPartBlock(deps.objects, 'p', await readPartIndex(deps.objects, 'p'), 0)).toEqual([
      row(1, { seen: 'x' }),
      { ...row(2, null), status: 'FAILED', reason: 'timeout' },
    ]);
  }
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
  const { csv, frozen } = await written(deps, block);
  expect(csv).toBe(
    [
      '0-0.0.0,"""one""",,SUCCEEDED,',
      '0-0.0.1,,,FAILED,reduce-failed',
      '0-0.0.2,,,FAILED,reduce-failed',
      '0-0.0.3,"""four""",,SUCCEEDED,',
      '',
    ].join('\n'),
  );
  expect(frozen).toMatchObject({
    counts: { total: 4, succeeded: 2, failed: 2 },
    reasons: { 'reduce-failed': 2 },
  });
});

test('a column that throws on a row that had failed empties its own cell alone', async () => {
  const label = { name: 'label', of: ({ result }: Row) => String(Reflect.get(Object(result), 'label').name) };
  const reduce = count({ columns: ['item', label] });
  const deps = { ...testDeps(), pipeline: { ...pipeline, reduce } };
  const failed = { status: 'FAILED', reason: 'http-422', result: 'an excerpt' } as const;
  const { csv } = await written(deps, [{ ...row(0, null), item: { item: 'kept' }, ...failed }]);
  expect(csv).toBe('0-0.0.0,kept,,FAILED,http-422\n');
  const index = await readPartIndex(deps.objects, 'p');
  expect(await readPartBlock(deps.objects, 'p', index, 0)).toMatchObject([failed]);
});

test('a row fails alone whose cells are not one for each column; one that had failed keeps its reason', async () => {
  const reduce: Reduce = {
    ...pipeline.reduce,
    cells: ({ item }) => (Array.isArray(item) ? item.map(String) : []),
  };
  const deps = { ...testDeps(), pipeline: { ...pipeline, reduce } };
  const block: HeldRow[] = [
    { ...row(0, null), item: ['two', 'cells'] },
    { ...row(1, null), item: ['one'] },
    { ...row(2, null), item: ['one', 'too', 'many'] },
    { ...row(3, null), item: ['none'], status: 'FAILED', reason: 'http-404' },
  ];
  const lines = [
    '0-0.0.0,two,cells,SUCCEEDED,',
    '0-0.0.1,,,FAILED,cells-not-made',
    '0-0.0.2,,,FAILED,cells-not-made',
    '0-0.0.3,,,FAILED,http-404',
    '',
  ].join('\n');
  const { csv, frozen } = await written(deps, block);
  expect(csv).toBe(lines);
  expect(deps.lines).toContainEqual(
    expect.objectContaining({
      fields: {
        child: '0-0.0.1',
        error: 'The reduce gave 1 cells for child 0-0.0.1 and has 2 columns ("name", "seen").',
      },
    }),
  );
  expect(frozen).toMatchObject({
    counts: { succeeded: 1, failed: 3 },
    reasons: { 'cells-not-made': 2, 'http-404': 1 },
  });
  // Made again from its rows, as for a redrive, it is the same.
  const again = await readPartBlock(deps.objects, 'p', await readPartIndex(deps.objects, 'p'), 0);
  expect((await written(deps, again)).csv).toBe(lines);
});

test('a row with more text in its cells than a report can hold fails alone, with the limit', async () => {
  const reduce: Reduce = { ...pipeline.reduce, cells: ({ item }) => ['x', 'x'.repeat(Number(item))] };
  const deps = { ...testDeps(), pipeline: { ...pipeline, reduce } };
  const block = [1_048_575, 1_048_576, 300_000].map((item, n) => ({ ...row(n, null), item }));
  const { csv, frozen } = await written(deps, block);
  expect(frozen.reasons).toEqual({ 'cells-too-large': 1 });
  expect(csv.split('\n')[1]).toBe('0-0.0.1,,,FAILED,cells-too-large');
  expect(deps.lines).toMatchObject([
    {
      fields: { error: expect.stringContaining('1048577 characters of cells for child 0-0.0.1; allowed are 1048576') },
    },
  ]);
});

test('a part is written piece by piece, never joined: of large rows it would not fit beside itself', async () => {
  const deps = { ...testDeps(), pipeline };
  const { objects } = deps;
  const pieces: Record<string, number> = {};
  const putStream = objects.putStream.bind(objects);
  objects.putStream = (key, body) => {
    async function* counted() {
      for await (const piece of body) {
        pieces[key] = (pieces[key] ?? 0) + 1;
        yield piece;
      }
    }
    return putStream(key, counted());
  };
  await written(deps, ...[0, 1, 2].map((block) => [row(0, { seen: `in block ${block}` })]));
  expect(pieces).toEqual({ 'p.rows.gz': 3, 'p.csv.gz': 3 });
  const index = await readPartIndex(objects, 'p');
  expect((await readPartBlock(objects, 'p', index, 2)).map(({ result }) => result)).toEqual([{ seen: 'in block 2' }]);
});

test("a row's large item and result are fetched together", async () => {
  const deps = { ...testDeps(), pipeline };
  const { objects } = deps;
  const get = objects.get.bind(objects);
  const asked = new Set<string>();
  let both = () => {};
  const bothAsked = new Promise<void>((resolve) => {
    both = resolve;
  });
  objects.get = async (key) => {
    if (asked.add(key).size === 2) both();
    await bothAsked;
    return get(key);
  };
  await objects.put('item', '{"name":"large"}');
  await objects.put('result', '{"seen":"too"}');
  const { csv } = await written(deps, [{ ...row(0, { $object: 'result' }), item: { $object: 'item' } }]);
  expect(csv).toBe('0-0.0.0,large,too,SUCCEEDED,\n');
});

test('a row that the reduce once refused has the same line when its part is made again', async () => {
  const deps = { ...testDeps(), pipeline };
  const refused = { ...row(0, null), status: 'FAILED', reason: 'reduce-failed' } as const;
  expect((await written(deps, [refused])).csv).toBe('0-0.0.0,,,FAILED,reduce-failed\n');
});

/** Blocks that don't compress, each of so many rows of a megabyte. */
function* large(blocks: number, megabytes: number) {
  for (let n = 0; n < blocks; n++)
    yield Array.from({ length: megabytes }, () => row(n, { seen: randomBytes(780_000).toString('base64') }));
}

test('of a large part no more is held than a store has yet to take, and a store that fails fails it', async () => {
  const deps = { ...testDeps(), pipeline };
  let taken = 0;
  let made = 0;
  let most = 0;
  deps.objects.putStream = async (_, body) => {
    for await (const piece of body) {
      taken += piece.length;
      most = Math.max(most, made - taken);
      await nextTurn();
    }
    return { bytes: 0 };
  };
  const fill = (blocks: number) => async (draft: PartDraft) => {
    for (const block of large(blocks, 2)) {
      await draft.add(block);
      made += 2 * 2 * 2 ** 20 * 0.75;
    }
  };
  await writePart(deps, 'p', fill(24));
  expect(taken).toBeGreaterThan(60 * 2 ** 20);
  expect(most).toBeLessThan(40 * 2 ** 20);

  deps.objects.putStream = async () => {
    throw new Error('S3 is away.');
  };
  await expect(writePart(deps, 'p', fill(8))).rejects.toThrow('S3 is away.');
});

test('a part whose making breaks off leaves no object, also where some of it was stored', async () => {
  const deps = { ...testDeps(), pipeline };
  const making = writePart(deps, 'p', async (draft) => {
    for (const block of large(8, 2)) await draft.add(block);
    throw new Error('The table is away.');
  });
  await expect(making).rejects.toThrow('The table is away.');
  expect(deps.objects.keys()).toEqual([]);
});

test('a row that never ends fails alone; where the time of all is up, so do those behind it', async () => {
  const stopped = {
    ...pipeline.reduce,
    cells: ({ item }: { item: unknown }) => (item === 'forever' ? forever() : ['', '']),
  };
  const deps = { ...testDeps(), pipeline: { ...pipeline, reduce: stopped } };
  const block = ['one', 'forever', 'three'].map((item, n) => ({ ...row(n, null), item }));
  const reducer = new RowReducer(deps, 300);
  const reduced = [];
  for await (const { rows } of reducer.reduce(block)) reduced.push(...rows);
  expect(reduced.map(({ reason }) => reason).slice(0, 2)).toEqual([null, 'reduce-failed']);
  expect(reduced).toHaveLength(3);
});

test('a row whose cells, or one of them, are a promise fails alone, and a rejection of it does no harm', async () => {
  const late = Promise.reject(new Error('late'));
  const cells = ({ item }: { item: unknown }) => (item === 'all' ? late : ['', item === 'one' ? late : '']);
  const reduce = Object.assign({ ...pipeline.reduce }, { cells });
  const deps = { ...testDeps(), pipeline: { ...pipeline, reduce } };
  const { csv } = await written(
    deps,
    ['all', 'one', 'none'].map((item, n) => ({ ...row(n, null), item })),
  );
  const failed = ['0-0.0.0,,,FAILED,reduce-failed', '0-0.0.1,,,FAILED,reduce-failed'];
  expect(csv.split('\n')).toEqual([...failed, '0-0.0.2,,,SUCCEEDED,', '']);
  await nextTurn();
});

function forever(): never {
  for (;;);
}
