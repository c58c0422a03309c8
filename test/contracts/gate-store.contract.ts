import { beforeEach, describe, expect, test } from 'vitest';
import { gateStore } from '../../shared/adapters/dynamodb/gate.ts';
import type { ItemTable } from '../../shared/adapters/dynamodb/item-table.ts';
import { spacingMs } from '../../shared/domain/gate/rate.ts';
import type { GateStore } from '../../shared/ports/gate-store.ts';
import { NOW } from './fixtures.ts';

/**
 * The contract of {@link GateStore}'s budgets: instants have fractions, which a table adds up in decimals and a reader rounds.
 * @param fresh a text that no other test's keys begin with
 */
export function describeGateStore(name: string, make: () => ItemTable, fresh: () => string): void {
  describe(`${name}: gate store, budgets`, () => {
    const rate = { perSecond: 300, burst: 0 };
    let store: GateStore;
    beforeEach(() => {
      const own = fresh();
      store = gateStore(make(), { endpoint: own, budget: own });
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
  });
}
