import * as z from 'zod';
import { ACTS } from '../../domain/acts.ts';
import type { ActStore } from '../../ports/act-store.ts';
import { N, required, S, stringOf } from './attributes.ts';
import type { ItemTable } from './item-table.ts';
import type { Keys } from './keys.ts';

const act = z.object({
  at: z.number(),
  act: z.enum(ACTS),
  by: z.string(),
  run: z.string().nullable(),
  detail: z.string(),
});

/** Longer than a year, so that last year's can be looked up. */
const KEEP_SECONDS = 400 * 86_400;

export function actStore(table: ItemTable, keys: Keys): ActStore {
  return {
    async record(value, id) {
      await table.put(keys.act(value.at, id), {
        act: S(JSON.stringify(act.parse(value))),
        ttl: N(Math.floor(value.at / 1_000) + KEEP_SECONDS),
      });
    },

    async list(limit) {
      const { pipeline: partition, acts: prefix } = keys;
      const items = await table.query({ partition, prefix, descending: true, limit });
      return items.map((item) => act.parse(JSON.parse(required(stringOf(item, 'act'), 'act'))));
    },
  };
}
