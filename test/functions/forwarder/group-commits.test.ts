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
    /** These of a message's children have ended, the last of them just now; gives those that were stored. */
    hold(slot: number, ended: readonly number[]): number[] {
      const early: number[] = [];
      commits.hold(of(slot), {
        take: async () => ended.map(outcome),
        stored: (outcomes) => void early.push(...outcomes.map(({ n }) => n)),
      });
      return early;
    },
    storeHeld: (slot: number) => commits.storeHeld(of(slot)),
    release: (slot: number) => commits.release(of(slot)),
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

test("what a block's messages have so far is stored two seconds after the first answer, whatever came meanwhile", async () => {
  const { pages, done, clock, hold, release } = batchOf(0, 64);
  hold(0, [0]);
  clock.pass(1_500);
  const early = [hold(0, [0, 1]), hold(64, [64])];
  clock.pass(499);
  expect(pages).toEqual([]);
  clock.pass(1);
  await release(0);
  expect(pages).toEqual([[0, 1, 64]]);
  expect(early).toEqual([[0, 1], [64]]);
  expect(await done()).toEqual([0, 1, 64]);
});

test('a message whose last child ends within two seconds costs no write more', async () => {
  const { pages, clock, hold, release } = batchOf(0, 64);
  hold(0, [0]);
  await release(0);
  clock.pass(2_000);
  expect(pages).toEqual([]);
});

test('a closed run: what has ended is stored at once', async () => {
  const { pages, hold, storeHeld, release } = batchOf(0);
  hold(0, [0]);
  storeHeld(0);
  await release(0);
  expect(pages).toEqual([[0]]);
});

test('what could not be stored is tried again with what ends next, and a message waits for a write that is under way', async () => {
  const { pages, clock, hold, storeHeld, release, breakTable } = batchOf(0);
  breakTable(true);
  const early = hold(0, [0]);
  storeHeld(0);
  await release(0);
  expect([pages, early]).toEqual([[[0]], []]);
  breakTable(false);
  const next = hold(0, [0, 1]);
  clock.pass(2_000);
  await release(0);
  expect([pages, next]).toEqual([
    [[0], [0, 1]],
    [0, 1],
  ]);
});
