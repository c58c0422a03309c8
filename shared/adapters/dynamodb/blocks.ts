import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { ItemsPage } from '../../domain/chain.ts';
import type { Held } from '../../domain/held.ts';
import type { OutcomePage } from '../../domain/outcome.ts';
import { CHILD_STATUSES } from '../../domain/row.ts';
import { type BlockState, EMPTY_BLOCK } from '../../domain/sending.ts';
import type { BlockStore } from '../../ports/block-store.ts';
import { B, bytesOf, type Item, N, NS, required, S, setOf, stringOf } from './attributes.ts';
import { pageOf } from './chains.ts';
import { PAGE_VERSION, pack, unpack } from './codec.ts';
import type { Keys } from './keys.ts';
import { attributesOf, markText, registerIs, registersOf, turnIs, writing } from './registers.ts';
import type { TableClient, Update } from './table-client.ts';

/** An outcome as stored: n, index of the status, reason, result, attempts, ms. */
const outcome = z.tuple([
  z.number(),
  z.number(),
  z.string().nullable(),
  z.custom<Held>((value) => value !== undefined),
  z.number(),
  z.number(),
]);
const outcomePage = z.tuple([z.literal(PAGE_VERSION), z.number(), z.array(outcome)]);

export function blockStore(table: TableClient, keys: Keys): BlockStore {
  return {
    async read(run, ref) {
      return stateOf(await table.get(keys.block(run, ref)));
    },

    async readAll(run, ref) {
      const items = await table.query({
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': S(keys.block(run, ref).pk) },
        ConsistentRead: true,
      });
      const pages: ItemsPage[] = [];
      const outcomes: OutcomePage[] = [];
      let state = EMPTY_BLOCK;
      let cutShort = false;
      for (const item of items) {
        const sk = required(stringOf(item, 'sk'), 'sk');
        if (sk === 'BLOCK') state = stateOf(item);
        else if (sk.startsWith('OUT#')) outcomes.push(outcomesOf(sk.slice(4), item));
        else if (sk.startsWith('IN#')) {
          const page = pageOf(item);
          if (page.kind === 'items') pages.push(page);
          else cutShort = true;
        }
      }
      return { state, pages, cutShort, outcomes };
    },

    async putOutcomes(run, ref, page, ttl) {
      const stored = page.outcomes.map((o) => [
        o.n,
        CHILD_STATUSES.indexOf(o.status),
        o.reason,
        o.result,
        o.attempts,
        o.ms,
      ]);
      await table.put(keys.outcomes(run, ref, page.id), { p: B(pack([PAGE_VERSION, page.at, stored])), ttl: N(ttl) });
    },

    async addDone(run, ref, done, ttl) {
      return setOf((await table.update(keys.block(run, ref), adding(done, ttl))) ?? {}, 'done');
    },

    async settle(run, ref, { slot, done, next, ttl }) {
      const key = keys.block(run, ref);
      const writer = randomUUID();
      const update = joined(adding(done, ttl), writing(slot, next, writer), turnIs(slot, next.turn - 1));
      const item = await table.update(key, update);
      if (item) return { raised: true, done: setOf(item, 'done') };
      const after = (await table.update(key, adding(done, ttl))) ?? {};
      return { raised: stringOf(after, attributesOf(slot).writer) === writer, done: setOf(after, 'done') };
    },

    async replaceRegister(run, ref, { slot, read, next, ttl }) {
      const key = keys.block(run, ref);
      const writer = randomUUID();
      const update = joined(adding([], ttl), writing(slot, next, writer), registerIs(slot, read));
      if (await table.update(key, update)) return true;
      return stringOf(await table.get(key), attributesOf(slot).writer) === writer;
    },

    async endMark(run, ref, { slot, mark, done, ttl }) {
      const name = attributesOf(slot).mark;
      const clearing = {
        remove: [name],
        condition: `${name} = :mark`,
        values: { ':mark': S(markText(mark)) },
      };
      const key = keys.block(run, ref);
      const item =
        (await table.update(key, joined(adding(done, ttl), clearing))) ?? (await table.update(key, adding(done, ttl)));
      return setOf(item ?? {}, 'done');
    },
  };
}

/** `done ∪=`, creating the block with its TTL where absent. */
function adding(done: readonly number[], ttl: number): Update {
  return {
    set: ['#ttl = :ttl'],
    add: done.length > 0 ? ['done :done'] : [],
    names: { '#ttl': 'ttl' },
    values: { ':ttl': N(ttl), ...(done.length > 0 && { ':done': NS(done) }) },
  };
}

function joined(...updates: readonly Update[]): Update {
  const condition = updates.flatMap((update) => update.condition ?? []).join(' AND ');
  return {
    set: updates.flatMap((update) => update.set ?? []),
    add: updates.flatMap((update) => update.add ?? []),
    remove: updates.flatMap((update) => update.remove ?? []),
    ...(condition && { condition }),
    values: Object.assign({}, ...updates.map((update) => update.values)),
    names: Object.assign({}, ...updates.map((update) => update.names)),
  };
}

function stateOf(item: Item | undefined): BlockState {
  return item ? { done: setOf(item, 'done'), registers: registersOf(item) } : EMPTY_BLOCK;
}

function outcomesOf(id: string, item: Item): OutcomePage {
  const [, at, stored] = outcomePage.parse(unpack(required(bytesOf(item, 'p'), 'p')));
  return {
    id,
    at,
    outcomes: stored.map(([n, status, reason, result, attempts, ms]) => ({
      n,
      status: required(CHILD_STATUSES[status], 'status'),
      reason,
      result,
      attempts,
      ms,
    })),
  };
}
