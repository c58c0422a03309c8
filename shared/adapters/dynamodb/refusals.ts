import * as z from 'zod';
import type { RefusalStore } from '../../ports/refusal-store.ts';
import { N, required, S, stringOf } from './attributes.ts';
import type { ItemTable } from './item-table.ts';
import type { Keys } from './keys.ts';

const refusal = z.object({
  messageId: z.string(),
  queue: z.string(),
  reason: z.string(),
  detail: z.string(),
  excerpt: z.string(),
  at: z.number(),
});

/** Kept for as long as SQS would have kept the message at most: 90 days is beyond any retention and any holiday. */
const KEEP_SECONDS = 90 * 86_400;

export function refusalStore(table: ItemTable, keys: Keys): RefusalStore {
  return {
    async record(value) {
      await table.put(keys.refusal(value.messageId), {
        refusal: S(JSON.stringify(refusal.parse(value))),
        ttl: N(Math.floor(value.at / 1_000) + KEEP_SECONDS),
      });
    },

    async list(limit) {
      const { pk, sk } = keys.refusal('');
      const items = await table.query({ partition: pk, prefix: sk, limit });
      return items.map((item) => refusal.parse(JSON.parse(required(stringOf(item, 'refusal'), 'refusal'))));
    },
  };
}
