import type { Item } from './attributes.ts';
import type { Condition } from './conditions.ts';
import type { Key } from './keys.ts';

/** One update: its clauses name an attribute each, and none names the same as another. */
export interface Update {
  readonly set?: Item;
  /** Numbers are added up, sets united. */
  readonly add?: Item;
  readonly remove?: readonly string[];
  readonly condition?: Condition;
}

/** One partition's items, in the order of their sort keys. */
export interface Query {
  /** The index that lists runs and standalone calls; its items have keys alone, and it may lag. */
  readonly index?: 'runs';
  readonly partition: string;
  /** How the sort key begins. */
  readonly prefix?: string;
  /** The first and the last sort key that may be; in place of a prefix. */
  readonly between?: readonly [first: string, last: string];
  readonly consistent?: boolean;
  readonly descending?: boolean;
  readonly limit?: number;
}

/**
 * The few operations of a table that the stores are made of: {@link DynamoTable} on AWS, a table in memory in simulations. A
 * failed condition is a result, not an exception.
 */
export interface ItemTable {
  /** Consistent. */
  get(key: Key): Promise<Item | undefined>;
  /** Replaces what is there. */
  put(key: Key, item: Item): Promise<void>;
  /** False where the key is taken. */
  putIfAbsent(key: Key, item: Item): Promise<boolean>;
  /** The item after the update, which creates one that is absent; null where the condition failed. */
  update(key: Key, update: Update): Promise<Item | null>;
  /** Also where there is nothing. */
  delete(key: Key): Promise<void>;
  query(query: Query): Promise<Item[]>;
  /** Items of different keys, in the keys' order; undefined where absent. Not consistent: for displays. */
  getMany(keys: readonly Key[]): Promise<(Item | undefined)[]>;
}
