import * as z from 'zod';
import { END, type ItemsPage, type Page } from '../../domain/chain.ts';
import { READS, WRITES } from '../../domain/format.ts';
import type { Json } from '../../domain/json.ts';
import type { Place } from '../../domain/layout.ts';
import type { ChainStore, Checkpoint } from '../../ports/chain-store.ts';
import { B, bytesOf, type Item, N, numberOf, required, S, stringOf } from './attributes.ts';
import { pack, unpackPage } from './codec.ts';
import { byColumn, byRow, tableSchema } from './columns.ts';
import { absent, any, below, equals } from './conditions.ts';
import type { ItemTable } from './item-table.ts';
import type { Key, Keys } from './keys.ts';

const json: z.ZodType<Json> = z.json();
/** An items page as stored: version, first, items, slots, endsBlock, cursor. */
const packedPage = z.tuple(
  [z.literal(READS), z.number(), tableSchema, z.array(z.number()), z.boolean(), json],
  z.unknown(),
);
const checkpoint = z.object({
  place: z.object({ segment: z.number(), block: z.number(), page: z.number() }),
  cursor: json,
  count: z.number(),
  ended: z.boolean(),
});

export function chainStore(table: ItemTable, keys: Keys): ChainStore {
  const pageKey = (run: string, slice: number, place: Place): Key =>
    keys.page(run, { slice, segment: place.segment, block: place.block }, place.page);

  return {
    putPage: (run, slice, place, page, ttl) =>
      table.putIfAbsent(pageKey(run, slice, place), { p: B(packPage(page)), ttl: N(ttl) }),

    async readPage(run, slice, place) {
      const item = await table.get(pageKey(run, slice, place));
      return item ? pageOf(item) : null;
    },

    async lease(run, slice, { owner, now, until, ttl }) {
      const item = await table.update(keys.slice(run, slice), {
        set: { leaseOwner: S(owner), leaseUntil: N(until), ttl: N(ttl) },
        add: { attempts: N(1) },
        condition: any(absent('leaseOwner'), equals('leaseOwner', owner), below('leaseUntil', now)),
      });
      return item && { checkpoint: checkpointOf(item), attempts: numberOf(item, 'attempts') ?? 0 };
    },

    async release(run, slice, owner, attempt) {
      await table.update(keys.slice(run, slice), {
        add: attempt === 'counts' ? {} : { attempts: N(-1) },
        remove: ['leaseOwner', 'leaseUntil'],
        condition: equals('leaseOwner', owner),
      });
    },

    async checkpoint(run, slice, to, { owner, until }) {
      // Unconditional: two splitters of one slice both tell the truth, and going back only sends again.
      await table.update(keys.slice(run, slice), {
        set: { cp: S(JSON.stringify(to)), leaseOwner: S(owner), leaseUntil: N(until), attempts: N(0) },
      });
    },

    async readCheckpoints(run, slices) {
      const found = await table.getMany(slices.map((slice) => keys.slice(run, slice)));
      return found.map((item) => (item ? checkpointOf(item) : null));
    },
  };
}

function packPage(page: Page): Uint8Array {
  return pack(
    page.kind === 'end' ? null : [WRITES, page.first, byColumn(page.items), page.slots, page.endsBlock, page.cursor],
  );
}

/** Reads a stored page; shared with the block store, which reads a whole partition. */
export function pageOf(item: Item): Page {
  const stored = unpackPage(required(bytesOf(item, 'p'), 'p'));
  if (stored === null) return END;
  const [, first, columns, slots, endsBlock, cursor] = packedPage.parse(stored);
  const held = byRow(columns);
  return { kind: 'items', first, items: held, slots, endsBlock, cursor } satisfies ItemsPage;
}

function checkpointOf(item: Item): Checkpoint | null {
  const text = stringOf(item, 'cp');
  return text === null ? null : checkpoint.parse(JSON.parse(text));
}
