import * as z from 'zod';
import type { NoticeStore } from '../../ports/notice-store.ts';
import { type Item, N, S } from './attributes.ts';
import { absent, any, below } from './conditions.ts';
import type { ItemTable } from './item-table.ts';
import type { Keys } from './keys.ts';

const told = z.object({ outcome: z.string(), detail: z.string(), at: z.number() });

/** Before each name: the item has attributes of its own. */
const NAMED = 'to:';
const HOUR_MS = 3_600_000;
/** An hour's count is of no use once the hour is over; clocks may differ. */
const KEPT_SECONDS = 2 * 3_600;

export function noticeStore(table: ItemTable, keys: Keys): NoticeStore {
  return {
    async record(run, whom, value, ttl) {
      await table.update(keys.notices(run), {
        set: { [NAMED + whom]: S(JSON.stringify(told.parse(value))), ttl: N(ttl) },
      });
    },

    async read(run) {
      return toldIn((await table.get(keys.notices(run))) ?? {});
    },

    async admit(kind, now, most) {
      const hour = Math.floor(now / HOUR_MS);
      const counted = await table.update(keys.mails(kind, hour), {
        set: { ttl: N(Math.floor(now / 1_000) + KEPT_SECONDS) },
        add: { sent: N(1) },
        condition: any(absent('sent'), below('sent', most)),
      });
      return counted !== null;
    },
  };
}

function toldIn(item: Item) {
  return Object.fromEntries(
    Object.entries(item).flatMap(([name, { S: text }]) =>
      name.startsWith(NAMED) && text !== undefined ? [[name.slice(NAMED.length), told.parse(JSON.parse(text))]] : [],
    ),
  );
}
