import { beforeEach, describe, expect, test } from 'vitest';
import { callStore } from '../../shared/adapters/dynamodb/calls.ts';
import type { ItemTable } from '../../shared/adapters/dynamodb/item-table.ts';
import { keysOf } from '../../shared/adapters/dynamodb/keys.ts';
import { type Call, LEAD_MS, movedTo, newCall, settlementOf } from '../../shared/domain/call.ts';
import type { CallStore } from '../../shared/ports/call-store.ts';
import { NOW } from './fixtures.ts';

const PATIENCE = 300_000;
const HOUR = 3_600_000;
const KEPT = Date.UTC(2096, 0, 1);
const ITEM = { to: 'zoë@example.com', 'naïve key': [null, 1.5, { deep: [] }] };
const SUCCESS = { status: 'SUCCEEDED', reason: null, result: { ok: 'ja 🛫' }, attempts: 1, ms: 12 } as const;
const CANCELLED = { status: 'CANCELLED', reason: null, result: null, attempts: 0, ms: 0, at: NOW } as const;
const mark = (by: string, deadline = NOW + 60_000) => ({ by, deadline });

/**
 * The contract of {@link CallStore}.
 * @param fresh a pipeline's name that no other test has
 */
export function describeCallStore(name: string, make: () => ItemTable, fresh: () => string): void {
  describe(`${name}: call store`, () => {
    let calls: CallStore;
    let table: ItemTable;
    let pipeline: string;
    beforeEach(() => {
      table = make();
      pipeline = fresh();
      calls = callStore(table, keysOf(pipeline));
    });

    const fromRequest = (id: string, wanted = NOW, over: Partial<Call> = {}) =>
      newCall({ id, digest: 'digest', item: ITEM, latest: NOW + HOUR, wanted, ...over }, NOW, PATIENCE);
    const put = async (id: string, wanted = NOW) => {
      const { call, look } = fromRequest(id, wanted);
      return (await calls.create(call, look)).call;
    };
    const stored = async (id: string) => (await calls.read(id)) ?? expect.fail(`no call ${id}`);
    const claim = async (id: string, by = 'a', turn = 0) =>
      (await calls.claim(id, turn, mark(by), NOW)) ?? expect.fail(`${id} was not claimed`);
    const retried = (claimed: Call) =>
      settlementOf(claimed, { kind: 'again', due: NOW + 5_000 }, NOW + 70, NOW + 90, PATIENCE);
    const succeeded = (claimed: Call) =>
      settlementOf(claimed, { kind: 'ended', outcome: SUCCESS }, NOW + 70, NOW + 90, PATIENCE);

    test('the first write of an id stays; it comes back whole, also to the one that came second', async () => {
      const { call, look } = fromRequest('a-1');
      expect(await calls.read('a-1')).toBeNull();
      expect(await calls.create(call, look)).toEqual({ created: true, call });
      const other = fromRequest('a-1', NOW + HOUR, { digest: 'other', item: 7 });
      expect(await calls.create(other.call, other.look)).toEqual({ created: false, call });
      expect(await stored('a-1')).toEqual(call);
      expect(await calls.read('a-')).toBeNull();
    });

    test('many are read at once, as far as they are there', async () => {
      for (const id of ['a', 'b']) await put(id);
      expect((await calls.readMany(['a', 'b', 'c'])).map(({ id }) => id).sort()).toEqual(['a', 'b']);
    });

    test('one of two claims wins; its settling ends the mark, and the first outcome is final', async () => {
      await put('a');
      expect(await calls.claim('a', 1, mark('a'), NOW)).toBeNull();
      expect(await calls.claim('a', 0, mark('a'), NOW - 1)).toBeNull();
      const claimed = await claim('a');
      expect(claimed).toMatchObject({ item: ITEM, calls: 1, mark: mark('a') });
      expect(await calls.claim('a', 0, mark('b'), NOW)).toBeNull();
      expect(await calls.settle({ ...claimed, mark: mark('b') }, succeeded(claimed), KEPT)).toBe(false);
      expect(await calls.settle(claimed, succeeded(claimed), KEPT)).toBe(true);
      const ended = await stored('a');
      expect(ended).toMatchObject({ mark: null, late: 70, outcome: { ...SUCCESS, at: NOW + 90 } });
      expect(await calls.settle(claimed, retried(claimed), KEPT)).toBe(false);
      expect(await calls.end(ended, CANCELLED, KEPT)).toBe(false);
      expect(await calls.turn(ended, movedTo(ended, NOW, NOW, PATIENCE))).toBe(false);
      expect(await calls.claim('a', 0, mark('b'), NOW)).toBeNull();
      expect(await stored('a')).toEqual(ended);
    });

    test('a claim of a call that is not there makes none', async () => {
      expect(await calls.claim('none', 0, mark('a'), NOW)).toBeNull();
      await calls.release('none', 'a', false);
      expect(await calls.read('none')).toBeNull();
    });

    test('a failed try is the next turn, with what was spent', async () => {
      await put('a');
      const claimed = await claim('a');
      expect(await calls.settle(claimed, retried(claimed), KEPT)).toBe(true);
      const next = { turn: 1, due: NOW + 5_000, tries: 1, calls: 1, late: 70, mark: null, wanted: NOW };
      expect(await stored('a')).toMatchObject(next);
      expect(await calls.claim('a', 1, mark('b'), NOW + 4_999)).toBeNull();
      expect(await calls.claim('a', 1, mark('b'), NOW + 5_000)).toMatchObject({ calls: 2 });
    });

    test('a claim that is handed back leaves nothing; another one can not hand it back', async () => {
      const before = await put('a');
      await claim('a');
      await calls.release('a', 'b', false);
      expect((await stored('a')).mark).toEqual(mark('a'));
      await calls.release('a', 'a', false);
      await calls.release('a', 'a', false);
      expect(await stored('a')).toEqual(before);
      await claim('a');
      await calls.release('a', 'a', true);
      expect(await stored('a')).toEqual({ ...before, calls: 1 });
    });

    test('a suspect is claimed by the one who read it, once, and by no ordinary claim until its try is settled', async () => {
      await put('a');
      const died = await claim('a', 'dead');
      const alone = await calls.claimAlone(died, mark('b'), 0);
      expect(alone).toMatchObject({ alone: 0, calls: 2, mark: mark('b') });
      expect(await calls.claimAlone(died, mark('c'), 0)).toBeNull();
      expect(await calls.settle(died, succeeded(died), KEPT)).toBe(false);
      await calls.release('a', 'b', false);
      expect(await calls.claim('a', 0, mark('d'), NOW)).toBeNull();
      const again = await calls.claimAlone(await stored('a'), mark('d'), 1);
      if (!again) expect.fail('it was not claimed');
      expect(await calls.settle(again, retried(again), KEPT)).toBe(true);
      expect(await stored('a')).toMatchObject({ alone: null, turn: 1, calls: 2 });
    });

    test('a move, and an end, by others: only as read', async () => {
      const read = await put('a');
      const next = movedTo(read, NOW + HOUR, NOW, PATIENCE);
      expect(await calls.turn(read, next)).toBe(true);
      expect(await calls.turn(read, next)).toBe(false);
      expect(await calls.end(read, CANCELLED, KEPT)).toBe(false);
      expect(await stored('a')).toMatchObject({ wanted: NOW + HOUR, due: NOW + HOUR, turn: 1 });
      const back = movedTo(await stored('a'), NOW, NOW, PATIENCE);
      expect(await calls.turn(await stored('a'), back)).toBe(true);
      const unclaimed = await stored('a');
      await claim('a', 'a', 2);
      expect(await calls.end(unclaimed, CANCELLED, KEPT)).toBe(false);
      expect(await calls.turn(unclaimed, next)).toBe(false);
      const read2 = await stored('a');
      expect(await calls.end(read2, CANCELLED, KEPT)).toBe(true);
      expect(await stored('a')).toMatchObject({ mark: null, outcome: CANCELLED });
    });

    test('an expired mark stays through a turn that others write', async () => {
      await put('a');
      const died = await claim('a', 'dead');
      expect(await calls.turn(died, movedTo(died, NOW, NOW, PATIENCE))).toBe(true);
      expect(await stored('a')).toMatchObject({ turn: 1, mark: mark('dead') });
      expect(await calls.settle(died, succeeded(died), KEPT)).toBe(false);
    });

    test('rounds see what is due over all shards, oldest first, each under its newest turn, and nothing that has ended', async () => {
      const ids = Array.from({ length: 20 }, (_, i) => `id-${i}`);
      for (const [i, id] of ids.entries()) await put(id, NOW - i * 1_000 + HOUR);
      await put('near');
      const at = (i: number) => NOW - i * 1_000 + HOUR - LEAD_MS;
      expect(await calls.due(at(19) - 1, 99)).toEqual([{ id: 'near', turn: 0, at: NOW + PATIENCE, sent: true }]);
      const entries = await calls.due(at(17), 3);
      expect(entries.map(({ id }) => id)).toEqual(['near', 'id-19', 'id-18']);
      expect(entries[1]).toEqual({ id: 'id-19', turn: 0, at: at(19), sent: false });
      const near = await claim('near');
      await calls.settle(near, succeeded(near), KEPT);
      const read = await stored('id-19');
      await calls.turn(read, movedTo(read, NOW, NOW, PATIENCE));
      const after = await calls.due(at(17), 99);
      expect(after.map(({ id, turn }) => [id, turn])).toEqual([
        ['id-19', 1],
        ['id-18', 0],
        ['id-17', 0],
      ]);
    });

    test('lists by state and time, page by page, each call once', async () => {
      const ids = Array.from({ length: 7 }, (_, i) => `id-${i}`);
      for (const [i, id] of ids.entries()) await put(id, NOW + HOUR + i);
      for (const id of ids.slice(0, 4)) await calls.end(await stored(id), CANCELLED, KEPT);
      // One time for several ids, of which one begins as another does.
      for (const id of ['id-3-', 'id-30']) {
        await put(id, NOW + HOUR + 3);
        await calls.end(await stored(id), CANCELLED, KEPT);
      }
      const listed = async (state: 'DUE' | 'CANCELLED' | 'FAILED', over = {}) => {
        const pages = [];
        let after: string | undefined;
        do {
          const page = await calls.list({ state, limit: 2, after, ...over });
          pages.push(page.calls.map(({ id }) => id));
          after = page.next ?? undefined;
        } while (after !== undefined);
        return pages.flat();
      };
      expect(await listed('CANCELLED')).toEqual([...ids.slice(0, 4), 'id-3-', 'id-30']);
      expect(await listed('DUE')).toEqual(ids.slice(4));
      expect(await listed('FAILED')).toEqual([]);
      expect(await listed('CANCELLED', { from: NOW + HOUR + 1, until: NOW + HOUR + 2 })).toEqual(['id-1', 'id-2']);
      expect(await listed('CANCELLED', { from: NOW + HOUR + 4 })).toEqual([]);
      expect(await listed('CANCELLED', { from: 2, until: 1 })).toEqual([]);
      const { calls: first } = await calls.list({ state: 'CANCELLED', limit: 1 });
      expect(first).toEqual([await stored('id-0')]);
    });

    test('one that has ended forgets its item and answer, and stays what it was', async () => {
      await put('a');
      const outcome = { ...CANCELLED, result: 'said' };
      await calls.end(await stored('a'), outcome, KEPT);
      const before = await stored('a');
      await calls.forget(before);
      await calls.forget(before);
      expect(await stored('a')).toEqual({ ...before, item: null, outcome: { ...outcome, result: null } });
    });

    test('pipelines are apart', async () => {
      await put('a');
      const others = callStore(table, keysOf(`${pipeline}-2`));
      expect(await others.read('a')).toBeNull();
      expect(await others.due(NOW + HOUR, 9)).toEqual([]);
    });
  });
}
