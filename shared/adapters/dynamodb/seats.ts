import type { SeatState, Seats } from '../../domain/seats.ts';
import { slotKey } from '../../domain/seats.ts';
import type { SeatStore } from '../../ports/seat-store.ts';
import { type Item, N, numberOf, required, S, stringOf } from './attributes.ts';
import { absent, all, any, below, type Condition, equals } from './conditions.ts';
import type { ItemTable } from './item-table.ts';
import type { Keys } from './keys.ts';

/** Before a slot, in the name of the attribute with its seats. */
const SLOT = 'slot#';

export function seatStore(table: ItemTable, keys: Keys): SeatStore {
  return {
    async read() {
      return stateOf((await table.get(keys.seats)) ?? {});
    },

    async change(slot, read, next, cap) {
      const name = `${SLOT}${slotKey(slot)}`;
      const more = (next?.count ?? 0) - (read?.count ?? 0);
      const isAsRead = read ? equals(name, textOf(read)) : absent(name);
      // One write for both: a write that is made again finds its slot changed, so that no seat is ever counted twice.
      const written = await table.update(keys.seats, {
        ...(next ? { set: { [name]: S(textOf(next)), ttl: ttlOf(next.until) } } : { remove: [name] }),
        add: { taken: N(more) },
        condition: more > 0 ? all(isAsRead, hasRoom(cap - more)) : isAsRead,
      });
      return written !== null;
    },

    async claimCount({ countedAt }, now) {
      const isAsRead = countedAt === 0 ? absent('countedAt') : equals('countedAt', countedAt);
      const set = { countedAt: N(now), ttl: ttlOf(now) };
      return (await table.update(keys.seats, { set, condition: isAsRead })) !== null;
    },
  };
}

function hasRoom(most: number): Condition {
  const isLow = below('taken', most + 1);
  return most >= 0 ? any(absent('taken'), isLow) : isLow;
}

/** No seat is held for longer than this behind another that was written later. */
const KEPT_SECONDS = 15 * 86_400;

/** A pipeline whose children wait no more leaves nothing. */
const ttlOf = (until: number) => N(Math.ceil(until / 1_000) + KEPT_SECONDS);

const textOf = ({ count, until }: Seats) => `${count}:${until}`;

function seatsOf(text: string): Seats {
  const [count = Number.NaN, until = Number.NaN] = text.split(':').map(Number);
  return { count, until };
}

function stateOf(item: Item): SeatState {
  const names = Object.keys(item).filter((name) => name.startsWith(SLOT));
  return {
    taken: numberOf(item, 'taken') ?? 0,
    countedAt: numberOf(item, 'countedAt') ?? 0,
    of: new Map(names.map((name) => [name.slice(SLOT.length), seatsOf(required(stringOf(item, name), name))])),
  };
}
