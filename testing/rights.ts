import { leadingKeys } from '../shared/adapters/dynamodb/fence.ts';
import type { ItemTable } from '../shared/adapters/dynamodb/item-table.ts';
import type { Pipeline } from '../shared/author/definition.ts';
import type { LinkedObjects } from '../shared/ports/objects.ts';
import type { KeyPrefix, ObjectRight, TableRight, Uses } from '../shared/ports/uses.ts';

/** What IAM answers to a role without the right. */
export class AccessDeniedError extends Error {
  override readonly name = 'AccessDeniedException';
}

const PREFIXES: readonly KeyPrefix[] = ['P#', 'E#', 'R#'];

/**
 * A table as a function's role sees it: it refuses what the function didn't declare, by action and leading key.
 * @param pipeline whose function it is; undefined for the platform's
 */
export function tableWithRights(table: ItemTable, uses: Uses, pipeline?: Pipeline): ItemTable {
  const check = (right: TableRight, ...keys: string[]) => {
    for (const key of keys) {
      const allowed = PREFIXES.filter((prefix) => uses.table?.[prefix]?.includes(right));
      if (allowed.some((prefix) => leadingKeys(prefix, pipeline).some((pattern) => matches(pattern, key)))) continue;
      throw new AccessDeniedError(`The right to ${right} ${key} in the table isn't declared.`);
    }
  };
  return {
    async get(key) {
      check('get', key.pk);
      return table.get(key);
    },
    async put(key, item) {
      check('put', key.pk);
      return table.put(key, item);
    },
    async putIfAbsent(key, item) {
      check('put', key.pk);
      return table.putIfAbsent(key, item);
    },
    async update(key, update) {
      check('update', key.pk);
      return table.update(key, update);
    },
    async delete(key) {
      check('delete', key.pk);
      return table.delete(key);
    },
    async query(query) {
      check(query.index ? 'query-index' : 'query', query.partition);
      return table.query(query);
    },
    async getMany(keys) {
      check('batch-get', ...keys.map(({ pk }) => pk));
      return table.getMany(keys);
    },
  };
}

/** Objects as a function's role sees them. */
export function objectsWithRights(objects: LinkedObjects, { objects: rights = [] }: Uses): LinkedObjects {
  const check = (right: ObjectRight) => {
    if (!rights.includes(right)) throw new AccessDeniedError(`The right to ${right} objects isn't declared.`);
  };
  return {
    async get(key, range) {
      check('get');
      return objects.get(key, range);
    },
    async stream(key) {
      check('get');
      return objects.stream(key);
    },
    async link(key, seconds) {
      check('link');
      return objects.link(key, seconds);
    },
    async put(key, ...body) {
      check('put');
      return objects.put(key, ...body);
    },
    async place(key) {
      check('put');
      return objects.place(key);
    },
    async putStream(key, ...body) {
      check('put-stream');
      return objects.putStream(key, ...body);
    },
    async copyNewest(from, copy) {
      check('copy');
      return objects.copyNewest(from, copy);
    },
  };
}

/** A `*` at the end stands for anything, as in IAM's conditions. */
function matches(pattern: string, key: string): boolean {
  return pattern.endsWith('*') ? key.startsWith(pattern.slice(0, -1)) : key === pattern;
}
