import type { SweepStore } from '../../ports/sweep-store.ts';
import { N, numberOf, required, S, stringOf } from './attributes.ts';
import type { ItemTable } from './item-table.ts';
import type { Keys } from './keys.ts';

export function sweepStore(table: ItemTable, keys: Keys): SweepStore {
  return {
    async read(run) {
      const item = await table.get(keys.sweep(run));
      if (!item) return null;
      const still = numberOf(item, 'still');
      return {
        fingerprint: required(stringOf(item, 'fingerprint'), 'fingerprint'),
        since: required(numberOf(item, 'since'), 'since'),
        acted: required(numberOf(item, 'acted'), 'acted'),
        ...(still !== null && { still }),
      };
    },
    async write(run, { fingerprint, since, acted, still }, ttl) {
      await table.put(keys.sweep(run), {
        fingerprint: S(fingerprint),
        since: N(since),
        acted: N(acted),
        ...(still !== undefined && { still: N(still) }),
        ttl: N(ttl),
      });
    },
  };
}
