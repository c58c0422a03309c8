import { beforeEach, describe, expect, test } from 'vitest';
import { gateStore } from '../../shared/adapters/dynamodb/gate.ts';
import type { ItemTable } from '../../shared/adapters/dynamodb/item-table.ts';
import { spacingMs } from '../../shared/domain/gate/rate.ts';
import type { GateStore } from '../../shared/ports/gate-store.ts';
import { NOW } from './fixtures.ts';

/**
 * The contract of {@link GateStore}'s budgets: who shares one, and its instants, which have fractions that a table adds up in decimals and a reader rounds.
 * @param fresh a text that no other test's keys begin with
 */
export function describeGateStore(name: string, make: () => ItemTable, fresh: () => string): void {
  describe(`${name}: gate store, budgets`, () => {
    const rate = { perSecond: 300, burst: 0 };
    let store: GateStore;
    /** Of the same endpoint, and another budget. */
    let other: GateStore;
    beforeEach(() => {
      const own = fresh();
      const table = make();
      store = gateStore(table, { endpoint: own, budget: own });
      other = gateStore(table, { endpoint: own, budget: `${own}2` });
    });
    const buy = (from: 'next' | 'floor', count: number) =>
      store.buy({ ms: count * spacingMs(rate), floor: NOW, from, latest: NOW + 60_000, rate, revision: 0 });

    /** A budget of which instants were bought several times. */
    async function bought() {
      const none = await store.readBudget();
      expect(none).toEqual({ next: 0, perSecond: 0, revision: 0 });
      await store.changeRate(none, { next: 0, perSecond: 300, revision: 0 });
      await buy('floor', 50);
      for (let purchase = 1; purchase < 8; purchase++) await buy('next', 37);
      return store.readBudget();
    }

    test('gets another rate, as read, also where its next instant has a fraction', async () => {
      const read = await bought();
      expect(read.next).toBeCloseTo(NOW + (50 + 7 * 37) * spacingMs(rate), 2);
      const other = { next: NOW + 500, perSecond: 30, revision: 1 };
      expect(await store.changeRate(read, other)).toEqual(other);
      expect(await buy('next', 1)).toBeNull();
    });

    test('keeps its rate where instants were bought meanwhile, or the rate was changed', async () => {
      const read = await bought();
      await buy('next', 1);
      expect(await store.changeRate(read, { next: NOW, perSecond: 30, revision: 1 })).toBeNull();
      const now = await store.readBudget();
      expect(await store.changeRate({ ...now, revision: 2 }, { next: NOW, perSecond: 30, revision: 3 })).toBeNull();
      expect(await store.readBudget()).toEqual(now);
    });

    test('forgets what was learned of another address, and keeps what was learned of this one', async () => {
      await store.setByHand({ inFlight: 3, until: null, revision: 1 });
      const shut = async () => (await store.read()).shutUntil;
      const breaks = async () => {
        const read = await store.read();
        await store.change(read, { shutUntil: NOW + 60_000, level: 2, failingFor: 'dns', cap: null });
      };
      await breaks();
      await store.meet('http://127.0.0.1:1');
      expect(await store.read()).toMatchObject({
        shutUntil: 0,
        level: 0,
        failingFor: null,
        byHand: new Map([[expect.anything(), expect.anything()]]),
      });
      await breaks();
      await store.meet('http://127.0.0.1:1');
      expect(await store.read()).toMatchObject({ shutUntil: NOW + 60_000, failingFor: 'dns' });
      await store.meet('http://127.0.0.1:2');
      expect(await shut()).toBe(0);
    });

    test('keeps the pipelines of one budget that are at work, and no two of them join by one reading', async () => {
      const { shares: none } = await store.read();
      const sharer = { forwarders: 2, callMs: 10_000, turn: 1, since: NOW, until: NOW + 130_000 };
      expect((await store.join(none, 'a', sharer))?.shares).toEqual({ turn: 1, of: new Map([['a', sharer]]) });
      expect(await store.join(none, 'b', sharer)).toBeNull();
      const { shares } = await store.read();
      const joined = await store.join(shares, 'b', { ...sharer, turn: 2 });
      expect(joined?.shares).toEqual({
        turn: 2,
        of: new Map([
          ['a', sharer],
          ['b', { ...sharer, turn: 2 }],
        ]),
      });
      expect((await other.read()).shares).toEqual(none);
    });
  });
}
