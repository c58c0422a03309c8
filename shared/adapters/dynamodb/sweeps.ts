import type { SweepStore } from '../../ports/sweep-store.ts';
import { N, numberOf, required, S, stringOf } from './attributes.ts';
import type { ItemTable } from './item-table.ts';
import type { Keys } from './keys.ts';

export function sweepStore(table: ItemTable, keys: Keys): SweepStore {
  return {
    async read(run) {
      const item = await table.get(keys.sweep(run));
      return item
        ? {
            fingerprint: required(stringOf(item, 'fingerprint'), 'fingerprint'),
            since: required(numberOf(item, 'since'), 'since'),
            acted: required(numberOf(item, 'acted'), 'acted'),
          }
        : null;
    },
    async write(run, { fingerprint, since, acted }, ttl) {
      await table.put(keys.sweep(run), { fingerprint: S(fingerprint), since: N(since), acted: N(acted), ttl: N(ttl) });
    },
  };
}
