import { expect, test } from 'vitest';
import { B, type Item, S } from '../../shared/adapters/dynamodb/attributes.ts';
import { pack, unpack } from '../../shared/adapters/dynamodb/codec.ts';
import { storesOn } from '../../shared/adapters/dynamodb/stores-on.ts';
import type { ItemsPage } from '../../shared/domain/chain.ts';
import { NO_COUNTS } from '../../shared/domain/run.ts';
import { NewerVersionError } from '../../shared/domain/versions.ts';
import { MemoryTable } from '../../testing/memory-table.ts';
import { aRun, RUN, TTL } from '../contracts/fixtures.ts';

const BLOCK = { slice: 0, segment: 0, block: 0 };
const PLACE = { segment: 0, block: 0, page: 0 };

/** Stores over a table whose items can be made a newer release's. */
function newer() {
  const table = new MemoryTable();
  return {
    ...storesOn(table, 'p'),
    /** Changes the one item of this sort key. */
    async change(sk: string, change: (item: Item) => Item) {
      const [item, ...more] = table.items().filter((each) => each.sk?.S?.startsWith(sk));
      if (!item || more.length > 0) throw new Error(`${more.length} items of ${sk}.`);
      await table.put({ pk: item.pk?.S ?? '', sk: item.sk?.S ?? '' }, { ...item, ...change(item) });
    },
    find: (sk: string) => table.items().find((each) => each.sk?.S === sk),
  };
}

/** Makes another list of a page's. */
const repacked = (change: (list: unknown[]) => unknown[]) => (item: Item) => {
  const list = unpack(item.p?.B ?? new Uint8Array());
  if (!Array.isArray(list)) throw new Error('The page is no list.');
  return { p: B(pack(change(list))) };
};
const headed = (more: object) => (item: Item) => ({
  head: S(JSON.stringify({ ...JSON.parse(item.head?.S ?? '{}'), ...more })),
});

const PAGE: ItemsPage = {
  kind: 'items',
  first: 0,
  items: [{ i: 1 }, { i: 2 }],
  slots: [2],
  endsBlock: true,
  cursor: 2,
};
const OUTCOME = { n: 1, status: 'SUCCEEDED', reason: null, result: 4, attempts: 1, ms: 1 } as const;

test('a run is read without what nobody knows, and shows a trigger that it never heard of', async () => {
  const { runs, change } = newer();
  await runs.create(aRun());
  const before = await runs.read(RUN);
  const filter = { statuses: ['FAILED'], reasons: [], since: 'yesterday' };
  const redrive = { base: 'b', root: 'b', filter, closed: null, cut: false, by: 'somebody' };
  await change('RUN', headed({ more: 1, trigger: 'moon', redrive }));
  await change('RUN', () => ({ flags: { SS: ['cut', 'shiny'] }, extra: S('x') }));
  expect(await runs.read(RUN)).toEqual({
    ...before,
    trigger: 'moon',
    flags: ['cut'],
    redrive: { base: 'b', root: 'b', filter: { statuses: ['FAILED'], reasons: [] }, closed: null, cut: false },
  });
});

test('what nobody knows of a run outlives this release: it is never written over', async () => {
  const { runs, change, find } = newer();
  await runs.create(aRun());
  await change('RUN', headed({ more: 1 }));
  await change('RUN', () => ({ flags: { SS: ['shiny'] }, extra: S('x') }));
  await runs.flag(RUN, 'cut');
  await runs.move(RUN, 'split');
  const item = find('RUN');
  expect(JSON.parse(item?.head?.S ?? '')).toMatchObject({ more: 1 });
  expect([item?.extra, [...(item?.flags?.SS ?? [])].sort()]).toEqual([S('x'), ['cut', 'shiny']]);
});

test.each([['status'], ['closed'], ['mail']])(
  'a run whose %s is a word of a newer release is not read, and hides no other from lists',
  async (name) => {
    const { runs, change } = newer();
    await runs.create(aRun());
    await change('RUN', () => ({ [name]: S('dreaming') }));
    await runs.create(aRun({ run: 'other' }));
    await expect(runs.read(RUN)).rejects.toThrow(NewerVersionError);
    expect((await runs.list({ limit: 9, activeOnly: true })).map(({ run }) => run)).toEqual(['other']);
  },
);

test.each([
  ['reason why its base was closed', { closed: 'dreaming' }],
  ['status that it calls again', { filter: { statuses: ['DREAMING'], reasons: [] } }],
])('a redrive whose %s is of a newer release is not read, and hides no other from lists', async (_, newWords) => {
  const { runs, change } = newer();
  await runs.create(aRun());
  const redrive = { base: 'b', root: 'b', filter: { statuses: ['FAILED'], reasons: [] }, closed: null, cut: false };
  await change('RUN', headed({ redrive: { ...redrive, ...newWords } }));
  await runs.create(aRun({ run: 'other' }));
  await expect(runs.read(RUN)).rejects.toThrow(NewerVersionError);
  for (const activeOnly of [true, false]) {
    expect((await runs.list({ limit: 9, activeOnly })).map(({ run }) => run)).toEqual(['other']);
  }
});

test('a redrive for more reasons than a request may name is read', async () => {
  const { runs, change } = newer();
  await runs.create(aRun());
  const reasons = Array.from({ length: 60 }, (_, n) => `${n}`.repeat(60));
  const redrive = { base: 'b', root: 'b', filter: { statuses: ['FAILED'], reasons }, closed: null, cut: false };
  await change('RUN', headed({ redrive }));
  expect((await runs.read(RUN))?.redrive?.filter.reasons).toEqual(reasons);
});

test('a page of the chain is read without what stands behind; of another version it is not read', async () => {
  const { chains, blocks, change } = newer();
  await chains.putPage(RUN, 0, PLACE, PAGE, TTL);
  await change(
    'IN#',
    repacked((list) => [...list, { hint: 1 }]),
  );
  expect(await chains.readPage(RUN, 0, PLACE)).toEqual(PAGE);
  await change(
    'IN#',
    repacked(([, ...list]) => [3, { all: 'else' }, ...list]),
  );
  await expect(chains.readPage(RUN, 0, PLACE)).rejects.toThrow(NewerVersionError);
  await expect(blocks.readAll(RUN, BLOCK)).rejects.toThrow(NewerVersionError);
});

test('so is a page of outcomes', async () => {
  const { blocks, change } = newer();
  const page = { id: 'a', at: 7, outcomes: [OUTCOME] };
  await blocks.putOutcomes(RUN, BLOCK, page, TTL);
  const longer = ([v, at, outcomes]: unknown[]) => [
    v,
    at,
    (Array.isArray(outcomes) ? outcomes : []).map((o) => [...o, 'x', 1]),
    9,
  ];
  await change('OUT#', repacked(longer));
  expect((await blocks.readAll(RUN, BLOCK)).outcomes).toEqual([page]);
  await change(
    'OUT#',
    repacked(([v, at]) => [v, at, [[1, 17, null, 4, 1, 1]]]),
  );
  await expect(blocks.readAll(RUN, BLOCK)).rejects.toThrow(/child's status 17/);
  await change(
    'OUT#',
    repacked(([, at, outcomes]) => [3, at, outcomes]),
  );
  await expect(blocks.readAll(RUN, BLOCK)).rejects.toThrow(NewerVersionError);
});

test('a checkpoint and a frozen segment are read without what nobody knows', async () => {
  const { chains, segments, change } = newer();
  const checkpoint = { place: PLACE, cursor: 2, count: 2, ended: true };
  await chains.checkpoint(RUN, 0, checkpoint, { owner: 'me', until: 1 });
  await change('SLICE', () => ({ cp: S(JSON.stringify({ ...checkpoint, place: { ...PLACE, lane: 1 }, more: 1 })) }));
  expect(await chains.readCheckpoints(RUN, [0])).toEqual([checkpoint]);
  const frozen = { part: 'p', counts: NO_COUNTS, reasons: {}, reducedBy: 'today' };
  await segments.freeze(RUN, BLOCK, frozen);
  const counts = { ...NO_COUNTS, dreaming: 1 };
  await change('SEG', () => ({ frozen: S(JSON.stringify({ ...frozen, counts, more: 1 })) }));
  expect((await segments.read(RUN, BLOCK)).frozen).toEqual(frozen);
});

test('a register is replaced as read, whatever a newer release added to it and to its block', async () => {
  const { blocks, change, find } = newer();
  await blocks.addDoneAndRaise(RUN, BLOCK, {
    slot: 0,
    done: [],
    next: { turn: 1, tries: new Map(), care: 0, mark: null },
    ttl: TTL,
  });
  await change('BLOCK', () => ({ r0: S('[[[3,1,0,0,0,0,{"wait":5}]],false,2]'), x0: S('kept'), more: S('kept') }));
  const read = (await blocks.read(RUN, BLOCK)).registers.get(0);
  if (!read) throw new Error('There is no register.');
  const next = { ...read, turn: 2 };
  expect(await blocks.replaceRegister(RUN, BLOCK, { slot: 0, read, next, ttl: TTL })).toBe(true);
  expect(find('BLOCK')).toMatchObject({
    t0: { N: '2' },
    r0: S('[[[3,1,0,0,0,0,{"wait":5}]],false,2]'),
    x0: S('kept'),
    more: S('kept'),
  });
});
