import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { ItemsPage } from '../../domain/chain.ts';
import { READS } from '../../domain/format.ts';
import type { Held } from '../../domain/held.ts';
import type { OutcomePage } from '../../domain/outcome.ts';
import { CHILD_STATUSES, statusAt } from '../../domain/row.ts';
import { type BlockState, EMPTY_BLOCK, registerOf } from '../../domain/sending.ts';
import { versionOf } from '../../domain/versions.ts';
import type { BlockStore } from '../../ports/block-store.ts';
import { B, bytesOf, type Item, N, NS, required, setOf, stringOf } from './attributes.ts';
import { pageOf } from './chains.ts';
import { pack, unpackPage } from './codec.ts';
import { all, equals, lacks } from './conditions.ts';
import type { ItemTable, Update } from './item-table.ts';
import type { Keys } from './keys.ts';
import { attributesOf, markText, registerIs, registersOf, turnIs, waitsAre, writing } from './registers.ts';

/** An outcome as stored: n, index of the status, reason, result, attempts, ms. */
const outcome = z.tuple(
  [
    z.number(),
    z.number(),
    z.string().nullable(),
    z.custom<Held>((value) => value !== undefined),
    z.number(),
    z.number(),
  ],
  z.unknown(),
);
const outcomePage = z.tuple([z.literal(READS), z.number(), z.array(outcome)], z.unknown());

export function blockStore(table: ItemTable, keys: Keys): BlockStore {
  return {
    async read(run, ref) {
      return stateOf(await table.get(keys.block(run, ref)));
    },

    async readAll(run, ref) {
      const items = await table.query({ partition: keys.block(run, ref).pk, consistent: true });
      const pages: ItemsPage[] = [];
      const outcomes: OutcomePage[] = [];
      let state = EMPTY_BLOCK;
      for (const item of items) {
        const sk = required(stringOf(item, 'sk'), 'sk');
        if (sk === 'BLOCK') state = stateOf(item);
        else if (sk.startsWith('OUT#')) outcomes.push(outcomesOf(sk.slice(4), item));
        else if (sk.startsWith('IN#')) {
          const page = pageOf(item);
          if (page.kind === 'items') pages.push(page);
        }
      }
      return { state, pages, outcomes };
    },

    async putOutcomes(run, ref, page, ttl) {
      await table.put(keys.outcomes(run, ref, page.id), outcomesItem(page, ttl));
    },

    putOutcomesOnce: (run, ref, page, ttl) =>
      table.putIfAbsent(keys.outcomes(run, ref, page.id), outcomesItem(page, ttl)),

    async hasOutcomes(run, ref, id) {
      return (await table.get(keys.outcomes(run, ref, id))) !== undefined;
    },

    async addDone(run, ref, done, ttl) {
      return setOf((await table.update(keys.block(run, ref), adding(done, ttl))) ?? {}, 'done');
    },

    async addDoneAndRaise(run, ref, { slot, done, waiting, next, ttl }) {
      const key = keys.block(run, ref);
      const writer = randomUUID();
      const condition = all(turnIs(slot, next.turn - 1), waitsAre(slot, waiting));
      const item = await table.update(key, { ...adding(done, ttl, writing(slot, next, writer)), condition });
      const after = item ?? (await table.update(key, adding(done, ttl))) ?? {};
      const raised = item !== null || stringOf(after, attributesOf(slot).writer) === writer;
      return { raised, done: setOf(after, 'done'), register: registerOf(stateOf(after), slot) };
    },

    async addMissing(run, ref, { n, asRead, ttl }) {
      const conditions = [lacks('done', n), ...(asRead ? [registerIs(asRead.slot, asRead.register)] : [])];
      const item = await table.update(keys.block(run, ref), { ...adding([n], ttl), condition: all(...conditions) });
      return item && setOf(item, 'done');
    },

    async replaceRegister(run, ref, { slot, read, next, ttl }) {
      const key = keys.block(run, ref);
      const writer = randomUUID();
      const condition = registerIs(slot, read);
      if (await table.update(key, { ...adding([], ttl, writing(slot, next, writer)), condition })) return true;
      return stringOf(await table.get(key), attributesOf(slot).writer) === writer;
    },

    async endMark(run, ref, { slot, mark, done, ttl }) {
      const name = attributesOf(slot).mark;
      const clearing = { ...adding(done, ttl, { remove: [name] }), condition: equals(name, markText(mark)) };
      const key = keys.block(run, ref);
      const item = (await table.update(key, clearing)) ?? (await table.update(key, adding(done, ttl)));
      return setOf(item ?? {}, 'done');
    },
  };
}

function outcomesItem({ at, outcomes }: OutcomePage, ttl: number): Item {
  const stored = outcomes.map((o) => [o.n, CHILD_STATUSES.indexOf(o.status), o.reason, o.result, o.attempts, o.ms]);
  return { p: B(pack([versionOf(outcomes), at, stored])), ttl: N(ttl) };
}

/** `done ∪=`, with a change of a slot's register, creating the block with its TTL where absent. */
function adding(done: readonly number[], ttl: number, { set, remove = [] }: Pick<Update, 'set' | 'remove'> = {}) {
  return {
    set: { ttl: N(ttl), ...set },
    add: done.length > 0 ? { done: NS(done) } : {},
    remove,
  } satisfies Update;
}

function stateOf(item: Item | undefined): BlockState {
  return item ? { done: setOf(item, 'done'), registers: registersOf(item) } : EMPTY_BLOCK;
}

function outcomesOf(id: string, item: Item): OutcomePage {
  const [, at, stored] = outcomePage.parse(unpackPage(required(bytesOf(item, 'p'), 'p')));
  return {
    id,
    at,
    outcomes: stored.map(([n, status, reason, result, attempts, ms]) => ({
      n,
      status: statusAt(status),
      reason,
      result,
      attempts,
      ms,
    })),
  };
}
