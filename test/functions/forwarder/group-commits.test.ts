import { expect, test } from 'vitest';
import { GroupCommits } from '../../../functions/forwarder/group-commits.ts';
import type { WorkMessage } from '../../../shared/domain/messages.ts';
import type { Outcome } from '../../../shared/domain/outcome.ts';
import { NOW, testDeps, testPipeline } from '../../shared/support.ts';

const REF = { slice: 0, segment: 0, block: 0 };
const TTL = NOW / 1_000 + 86_400;

const message = (slot: number): WorkMessage => ({
  v: 1,
  type: 'work',
  pipeline: 'sample',
  run: 'march',
  at: [0, 0, 0],
  slot,
  turn: 0,
  size: 256,
  ttl: TTL,
  items: [slot],
});
const outcome = (n: number): Outcome => ({ n, status: 'SUCCEEDED', reason: null, result: n, attempts: 1, ms: 1 });

/** A batch of one block's messages, the pages that were written for it, and which of its stores have come back. */
function batchOf(...slots: number[]) {
  const deps = testDeps(testPipeline());
  const pages: number[][] = [];
  const stored: number[] = [];
  const put = deps.stores.blocks.putOutcomes.bind(deps.stores.blocks);
  let broken = false;
  deps.stores.blocks.putOutcomes = async (run, ref, page, ttl) => {
    pages.push(page.outcomes.map(({ n }) => n));
    if (broken) throw new Error('The table is away.');
    await put(run, ref, page, ttl);
  };
  const messages = new Map(slots.map((slot) => [slot, message(slot)]));
  const of = (slot: number) => messages.get(slot) ?? message(slot);
  const commits = new GroupCommits(deps, [...messages.values()]);
  return {
    pages,
    stored,
    clock: deps.clock,
    done: async () => [...(await deps.stores.blocks.read('march', REF)).done].sort((a, b) => a - b),
    store: (slot: number) => commits.commit(of(slot), [outcome(slot)]).then(() => void stored.push(slot)),
    close: (slot: number) => commits.close(of(slot)),
    breakTable: (now: boolean) => {
      broken = now;
    },
  };
}

test("a block's messages that end one after the other are stored together, once the last has ended", async () => {
  const { pages, stored, done, store } = batchOf(0, 64, 128);
  const first = [store(0), store(64)];
  expect(await done()).toEqual([]);
  await Promise.all([...first, store(128)]);
  expect(pages).toEqual([[0, 64, 128]]);
  expect(stored).toEqual([0, 64, 128]);
  expect(await done()).toEqual([0, 64, 128]);
});

test('nobody waits longer than a moment for a slow message, which is stored by itself', async () => {
  const { pages, clock, store } = batchOf(0, 64);
  const early = store(0);
  clock.pass(199);
  expect(pages).toEqual([]);
  clock.pass(1);
  await early;
  await store(64);
  expect(pages).toEqual([[0], [64]]);
});

test('a message that brings nothing is not waited for', async () => {
  const { pages, store, close } = batchOf(0, 64);
  const early = store(0);
  close(64);
  await early;
  expect(pages).toEqual([[0]]);
});

test('what ends during a write is in the next one', async () => {
  const { pages, clock, store } = batchOf(0, 64, 128, 192);
  const early = store(0);
  clock.pass(200);
  await Promise.all([early, store(64), store(128)]);
  expect(pages).toEqual([[0], [64, 128]]);
});

test('a write that fails fails all that were in it, and none behind it', async () => {
  const { pages, done, store, breakTable } = batchOf(0, 64, 128);
  breakTable(true);
  const [one, two] = [store(0), store(64)].map((storing) => expect(storing).rejects.toThrow('The table is away.'));
  await expect(store(128)).rejects.toThrow('The table is away.');
  await Promise.all([one, two]);
  breakTable(false);
  await store(192);
  expect(pages).toEqual([[0, 64, 128], [192]]);
  expect(await done()).toEqual([192]);
});
