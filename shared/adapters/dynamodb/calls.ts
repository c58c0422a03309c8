import { createHash, randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { Call, CallOutcome, DueEntry, Look, NextTurn } from '../../domain/call.ts';
import type { Held } from '../../domain/held.ts';
import type { Json } from '../../domain/json.ts';
import { CHILD_STATUSES } from '../../domain/row.ts';
import { knownWord, NewerVersionError } from '../../domain/versions.ts';
import type { CallQuery, CallStore } from '../../ports/call-store.ts';
import { B, bytesOf, type Item, N, numberOf, required, S, stringOf } from './attributes.ts';
import { pack, unpack } from './codec.ts';
import { absent, all, below, type Condition, equals, present } from './conditions.ts';
import type { ItemTable } from './item-table.ts';
import type { Keys } from './keys.ts';

/** Index partitions of each state: one takes a thousand writes a second. */
const SHARDS = 16;
const LAST_TIME = 10 ** 15 - 1;

const head = z.object({ digest: z.string(), createdAt: z.number(), latest: z.number().nullable() });
const item = z.custom<Json>((value) => value !== undefined);
/** Wanted, tries, pressed, rounds, late. */
const counts = z.tuple([z.number(), z.number(), z.number(), z.number(), z.number().nullable()], z.unknown());
const outcome = z.object({
  status: z.string(),
  reason: z.string().nullable(),
  result: z.custom<Held>((value) => value !== undefined),
  attempts: z.number(),
  ms: z.number(),
  at: z.number(),
});
const entry = z.string().regex(/^\d{15}#[m-]#[^#]+#\d+$/);

/** A pipeline's calls that stand alone. */
export function callStore(table: ItemTable, keys: Keys): CallStore {
  const update = async (id: string, change: Parameters<ItemTable['update']>[1]) => {
    const written = await table.update(keys.call(id), change);
    return written && callOf(keys, written);
  };
  /** Whether a write happened, also as an earlier try of it. */
  const isWritten = async (id: string, writer: string, change: Parameters<ItemTable['update']>[1]) => {
    const set = { ...change.set, writer: S(writer) };
    if (await table.update(keys.call(id), { ...change, set })) return true;
    return stringOf(await table.get(keys.call(id)), 'writer') === writer;
  };

  const read = async (id: string) => {
    const found = await table.get(keys.call(id));
    return found ? callOf(keys, found) : null;
  };

  return {
    read,

    async readMany(ids) {
      const found = await table.getMany(ids.map(keys.call));
      return found.flatMap((each) => (each ? [callOf(keys, each)] : []));
    },

    async create(call, look) {
      const created = await table.putIfAbsent(keys.call(call.id), {
        head: S(JSON.stringify(head.parse(call))),
        item: B(pack(call.item)),
        calls: N(call.calls),
        ...turnItem(keys, call.id, { ...call, look }),
      });
      const there = created ? call : await read(call.id);
      return { created, call: required(there, 'CALL') };
    },

    claim: (id, turn, { by, deadline }, now) =>
      update(id, {
        set: { mark: N(deadline), by: S(by) },
        add: { calls: N(1) },
        condition: all(
          equals('turn', turn),
          below('due', now + 1),
          ...[absent('outcome'), absent('mark'), absent('alone')],
        ),
      }),

    claimAlone: (read, { by, deadline }, crashes) =>
      update(read.id, {
        set: { mark: N(deadline), by: S(by), alone: N(crashes) },
        add: { calls: N(1) },
        condition: all(asRead(read), read.alone === null ? absent('alone') : equals('alone', read.alone)),
      }),

    async release(id, by, wasCalled) {
      await table.update(keys.call(id), {
        ...(!wasCalled && { add: { calls: N(-1) } }),
        remove: ['mark', 'by'],
        condition: all(equals('by', by), absent('outcome')),
      });
    },

    async settle(claimed, settlement, keptUntil) {
      const { id } = claimed;
      const condition = asRead(claimed);
      const writer = randomUUID();
      if ('outcome' in settlement) {
        const late = S(countsText({ ...claimed, late: settlement.late }));
        const set = { ...ended(keys, claimed, settlement.outcome, keptUntil), calls: N(claimed.calls), counts: late };
        return isWritten(id, writer, { set, remove: ['mark', 'by'], condition });
      }
      const { next } = settlement;
      return isWritten(id, writer, {
        set: { ...turnItem(keys, id, next), calls: N(next.calls) },
        remove: ['mark', 'by', ...(next.alone === null ? ['alone'] : [])],
        condition,
      });
    },

    turn: (read, next) =>
      isWritten(read.id, randomUUID(), { set: turnItem(keys, read.id, next), condition: asRead(read) }),

    end: (read, how, keptUntil) =>
      isWritten(read.id, randomUUID(), {
        set: ended(keys, read, how, keptUntil),
        remove: ['mark', 'by'],
        condition: asRead(read),
      }),

    async forget({ id, outcome: how }) {
      if (!how) throw new TypeError(`Call ${id} has not ended.`);
      await table.update(keys.call(id), {
        set: { item: B(pack(null)), outcome: S(JSON.stringify(outcome.parse({ ...how, result: null }))) },
        condition: present('outcome'),
      });
    },

    async due(now, limit) {
      const found = await inOrder(table, keys, { state: 'DUE', until: now, limit });
      return found.flatMap((each) => entryOf(each) ?? []);
    },

    async list(query) {
      const found = await inOrder(table, keys, query);
      const items = await table.getMany(found.map((each) => keyOf(each)));
      const calls = items
        .flatMap((each) => (each ? readable(keys, each) : []))
        .filter(({ outcome: how }) => (how?.status ?? 'DUE') === query.state);
      const last = found.at(-1);
      return { calls, next: last && found.length === query.limit ? required(stringOf(last, 'gsk'), 'gsk') : null };
    },
  };
}

/** Entries of all shards, in the order of their sort keys. */
async function inOrder(
  table: ItemTable,
  keys: Keys,
  { state, from = 0, until = LAST_TIME, after, limit }: CallQuery,
): Promise<readonly Item[]> {
  // A space stands before all that a key may go on with: it begins behind the key itself. A tilde stands behind all.
  const first = after === undefined ? padded(from) : `${after} `;
  const last = `${padded(until)}~`;
  if (first > last) return [];
  const shards = Array.from({ length: SHARDS }, (_, shard) => keys.calls(state, shard));
  const found = await Promise.all(
    shards.map((partition) => table.query({ index: 'runs', partition, between: [first, last], limit })),
  );
  const ofKey = (each: Item) => stringOf(each, 'gsk') ?? '';
  return found
    .flat()
    .sort((a, b) => (ofKey(a) < ofKey(b) ? -1 : 1))
    .slice(0, limit);
}

/** A write by one that holds no claim, and one by its holder, decide by the same: the first outcome, the turn, and whose mark it is. */
function asRead({ turn, mark }: Call): Condition {
  return all(equals('turn', turn), absent('outcome'), mark ? equals('by', mark.by) : absent('mark'));
}

/** What a turn's write sets, with its entry of those that are due. */
function turnItem(keys: Keys, id: string, next: Omit<NextTurn, 'calls'>): Item {
  const { turn, due, alone, look } = next;
  return {
    turn: N(turn),
    due: N(due),
    counts: S(countsText(next)),
    ...(alone !== null && { alone: N(alone) }),
    gpk: S(keys.calls('DUE', shardOf(id))),
    gsk: S(entryText(id, turn, look)),
  };
}

/** What an outcome's write sets, with its entry of those that ended so. */
function ended(keys: Keys, { id, wanted }: Call, how: CallOutcome, keptUntil: number): Item {
  return {
    outcome: S(JSON.stringify(outcome.parse(how))),
    ttl: N(Math.ceil(keptUntil / 1_000)),
    gpk: S(keys.calls(how.status, shardOf(id))),
    gsk: S(`${padded(wanted)}#${id}`),
  };
}

const padded = (time: number) => String(Math.min(LAST_TIME, Math.max(0, time))).padStart(15, '0');
const shardOf = (id: string) => (createHash('sha256').update(id).digest()[0] ?? 0) % SHARDS;
const countsText = ({
  wanted,
  tries,
  pressed,
  rounds,
  late,
}: Pick<NextTurn, 'wanted' | 'tries' | 'pressed' | 'rounds' | 'late'>) =>
  JSON.stringify([wanted, tries, pressed, rounds, late]);
const entryText = (id: string, turn: number, { at, sends }: Look) => `${padded(at)}#${sends ? 'm' : '-'}#${id}#${turn}`;
const keyOf = (each: Item) => ({ pk: required(stringOf(each, 'pk'), 'pk'), sk: required(stringOf(each, 'sk'), 'sk') });

/** Null of a newer release's: it must not keep a round from the others. */
function entryOf(each: Item): DueEntry | null {
  const { data } = entry.safeParse(stringOf(each, 'gsk'));
  if (data === undefined) return null;
  const [at, kind, id = '', turn] = data.split('#');
  return { id, turn: Number(turn), at: Number(at), sent: kind === 'm' };
}

function callOf(keys: Keys, stored: Item): Call {
  const [wanted, tries, pressed, rounds, late] = counts.parse(
    JSON.parse(required(stringOf(stored, 'counts'), 'counts')),
  );
  const by = stringOf(stored, 'by');
  const how = stringOf(stored, 'outcome');
  return {
    id: required(stringOf(stored, 'pk'), 'pk').slice(keys.call('').pk.length),
    ...head.parse(JSON.parse(required(stringOf(stored, 'head'), 'head'))),
    item: item.parse(unpack(required(bytesOf(stored, 'item'), 'item'))),
    due: required(numberOf(stored, 'due'), 'due'),
    turn: required(numberOf(stored, 'turn'), 'turn'),
    calls: required(numberOf(stored, 'calls'), 'calls'),
    alone: numberOf(stored, 'alone'),
    mark: by === null ? null : { by, deadline: required(numberOf(stored, 'mark'), 'mark') },
    ...{ wanted, tries, pressed, rounds, late },
    outcome: how === null ? null : outcomeOf(how),
  };
}

function outcomeOf(text: string): CallOutcome {
  const { status, ...rest } = outcome.parse(JSON.parse(text));
  return { ...rest, status: knownWord(CHILD_STATUSES, status, "call's status") };
}

/** None of a newer release's: it must not hide the others of a list. */
function readable(keys: Keys, stored: Item): Call[] {
  try {
    return [callOf(keys, stored)];
  } catch (error) {
    if (error instanceof NewerVersionError) return [];
    throw error;
  }
}
