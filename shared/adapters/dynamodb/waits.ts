import * as z from 'zod';
import { packSlot, unpackSlot } from '../../domain/waiting.ts';
import type { WaitStore } from '../../ports/wait-store.ts';
import { N, NS, setOf, stringOf } from './attributes.ts';
import type { ItemTable } from './item-table.ts';
import type { Keys } from './keys.ts';

const place = z
  .string()
  .regex(/^WAIT#\d+#\d+-\d+$/)
  .transform((sk) => sk.split(/[#-]/).slice(1).map(Number))
  .pipe(z.tuple([z.number(), z.number(), z.number()]));

export function waitStore(table: ItemTable, keys: Keys): WaitStore {
  return {
    async add(run, segment, until, slot, ttl) {
      await table.update(keys.wait(run, until, segment), {
        set: { ttl: N(ttl) },
        add: { slots: NS([packSlot(slot)]) },
      });
    },

    async first(run, limit) {
      const { pk, sk } = keys.waits(run);
      const items = await table.query({ partition: pk, prefix: sk, consistent: true, limit });
      return items.map((item) => {
        const [until, slice, segment] = place.parse(stringOf(item, 'sk'));
        return { until, ref: { slice, segment }, slots: [...setOf(item, 'slots')].map(unpackSlot) };
      });
    },

    async remove(run, { until, ref }) {
      await table.delete(keys.wait(run, until, ref));
    },
  };
}
