import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { type Item, keyItem } from '../shared/adapters/dynamodb/attributes.ts';
import type { ItemTable, Query, Update } from '../shared/adapters/dynamodb/item-table.ts';
import type { Key } from '../shared/adapters/dynamodb/keys.ts';
import { DYNAMODB } from '../shared/domain/limits.ts';
import { holds } from './conditions.ts';
import { itemBytes } from './item-size.ts';
import { Meter } from './meter.ts';

/** What DynamoDB answers to a request that it can't carry out, whatever is stored. */
export class ValidationError extends Error {
  override readonly name = 'ValidationException';
}

interface Stored {
  readonly item: Item;
  readonly bytes: number;
}

/**
 * DynamoDB in memory, under the deployed stores, metered. Each call is one atomic step and takes effect at once. It refuses what
 * DynamoDB refuses of what stores could send. An item is replaced and never changed, so that readers may keep what they got.
 */
export class MemoryTable implements ItemTable {
  readonly #partitions = new Map<string, Map<string, Stored>>();
  /** Those of the sparse index, by both keys. */
  readonly #listed = new Map<string, Stored>();
  readonly #meter: Meter;
  #bytes = 0;

  constructor(meter: Meter = new Meter()) {
    this.#meter = meter;
  }

  /** Of all items together. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Every item; to look at, no operation of a table. */
  items(): Item[] {
    return [...this.#partitions.values()].flatMap((items) => [...items.values()].map(({ item }) => item));
  }

  /** Lets a partition go, as its TTL would. */
  expire(partition: string): void {
    for (const { item, bytes } of this.#partitions.get(partition)?.values() ?? []) {
      this.#bytes -= bytes;
      this.#listed.delete(`${item.pk?.S} ${item.sk?.S}`);
    }
    this.#partitions.delete(partition);
  }

  async get(key: Key): Promise<Item | undefined> {
    const found = this.#find(key);
    this.#meter.read('table.get', found?.bytes ?? 0);
    return found?.item;
  }

  async put(key: Key, item: Item): Promise<void> {
    checkValues(item);
    this.#write('table.put', key, { ...keyItem(key), ...item });
  }

  async putIfAbsent(key: Key, item: Item): Promise<boolean> {
    if (this.#isRefused('table.put', key, item, { kind: 'absent', name: 'pk' })) return false;
    this.#write('table.put', key, { ...keyItem(key), ...item });
    return true;
  }

  async update(key: Key, { set = {}, add = {}, remove = [], condition }: Update): Promise<Item | null> {
    const named = [...Object.keys(set), ...Object.keys(add), ...remove];
    if (named.length === 0) throw new ValidationError('An update has no clause.');
    if (new Set(named).size < named.length) throw new ValidationError(`An update names one of ${named} twice.`);
    if (named.includes('pk') || named.includes('sk')) throw new ValidationError('An update names a key.');
    if (this.#isRefused('table.update', key, { ...set, ...add }, condition)) return null;
    const item: Item = { ...(this.#find(key)?.item ?? keyItem(key)), ...set };
    for (const [name, value] of Object.entries(add)) item[name] = sum(name, item[name], value);
    for (const name of remove) delete item[name];
    this.#write('table.update', key, item);
    return item;
  }

  async delete(key: Key): Promise<void> {
    const found = this.#find(key);
    this.#meter.write('table.delete', key.pk, found?.bytes ?? 0);
    this.#partitions.get(key.pk)?.delete(key.sk);
    this.#listed.delete(`${key.pk} ${key.sk}`);
    this.#bytes -= found?.bytes ?? 0;
  }

  async query({ index, partition, prefix, between, consistent, descending, limit }: Query): Promise<Item[]> {
    if (prefix !== undefined && between) throw new ValidationError('A query has one condition of the sort key.');
    if (between && between[0] > between[1]) throw new ValidationError('A query begins behind its end.');
    if (index && consistent) throw new ValidationError('An index has no consistent reads.');
    const range = index ? 'gsk' : 'sk';
    const stored = index
      ? [...this.#listed.values()].filter(({ item }) => item.gpk?.S === partition)
      : [...(this.#partitions.get(partition)?.values() ?? [])];
    const ofKey = ({ item }: Stored) => item[range]?.S ?? '';
    const found = stored
      .filter((each) => ofKey(each).startsWith(prefix ?? ''))
      .filter((each) => !between || (ofKey(each) >= between[0] && ofKey(each) <= between[1]))
      .sort((a, b) => (ofKey(a) < ofKey(b) ? -1 : 1) * (descending ? -1 : 1))
      .slice(0, limit)
      .map((each) => (index ? projected(each.item) : each));
    const bytes = found.reduce((total, each) => total + each.bytes, 0);
    this.#meter.read('table.query', bytes, consistent ?? false);
    return found.map(({ item }) => item);
  }

  async getMany(keys: readonly Key[]): Promise<(Item | undefined)[]> {
    if (new Set(keys.map(({ pk, sk }) => `${pk} ${sk}`)).size < keys.length)
      throw new ValidationError('A batch names a key twice.');
    return keys.map((key) => {
      const found = this.#find(key);
      this.#meter.read('table.getMany', found?.bytes ?? 0, false);
      return found?.item;
    });
  }

  #find({ pk, sk }: Key): Stored | undefined {
    return this.#partitions.get(pk)?.get(sk);
  }

  /** A refused write bills as one of the item that is there. */
  #isRefused(name: string, key: Key, values: Item, condition: Update['condition']): boolean {
    checkValues(values);
    const found = this.#find(key);
    if (!condition || holds(condition, found?.item ?? {})) return false;
    this.#meter.write(name, key.pk, found?.bytes ?? 0);
    return true;
  }

  #write(name: string, key: Key, item: Item): void {
    checkKey(key);
    const before = this.#find(key);
    const stored = { item, bytes: itemBytes(item) };
    if (stored.bytes > DYNAMODB.maxItemBytes)
      throw new ValidationError(`${key.pk} ${key.sk} has ${stored.bytes} bytes, allowed are ${DYNAMODB.maxItemBytes}.`);
    const partition = this.#partitions.get(key.pk) ?? new Map<string, Stored>();
    this.#partitions.set(key.pk, partition.set(key.sk, stored));
    this.#bytes += stored.bytes - (before?.bytes ?? 0);
    this.#meter.write(name, key.pk, Math.max(before?.bytes ?? 0, stored.bytes));
    if (item.gsk ?? before?.item.gsk) this.#list(key, stored, before);
  }

  /** The index bills on its own: a key that changes is two writes there. */
  #list(key: Key, stored: Stored, before: Stored | undefined): void {
    if (stored.item.gsk) this.#listed.set(`${key.pk} ${key.sk}`, stored);
    else this.#listed.delete(`${key.pk} ${key.sk}`);
    if (before?.item.gsk?.S === stored.item.gsk?.S) return;
    const { bytes } = projected(stored.item);
    for (let writes = before?.item.gsk ? 2 : 1; writes > 0; writes--)
      this.#meter.write('index.write', stored.item.gpk?.S ?? '', bytes);
  }
}

/** What the index keeps of an item. */
function projected({ pk = { S: '' }, sk = { S: '' }, gpk = { S: '' }, gsk = { S: '' } }: Item): Stored {
  const item = { pk, sk, gpk, gsk };
  return { item, bytes: itemBytes(item) };
}

/** ADD: numbers add up, sets unite. */
function sum(name: string, before: AttributeValue | undefined, value: AttributeValue): AttributeValue {
  if (value.N !== undefined && (!before || before.N !== undefined))
    return { N: String(Number(before?.N ?? 0) + Number(value.N)) };
  if (value.NS && (!before || before.NS)) return { NS: union(before?.NS, value.NS) };
  if (value.SS && (!before || before.SS)) return { SS: union(before?.SS, value.SS) };
  throw new ValidationError(`What is to be added to ${name} is of another type.`);
}

function union(before: readonly string[] = [], added: readonly string[]): string[] {
  const all = new Set(before);
  for (const each of added) all.add(each);
  return [...all];
}

function checkKey({ pk, sk }: Key): void {
  if (pk === '' || sk === '') throw new ValidationError('A key is empty.');
  if (Buffer.byteLength(pk) > 2_048 || Buffer.byteLength(sk) > 1_024)
    throw new ValidationError(`The key ${pk} ${sk} is too long.`);
}

function checkValues(item: Item): void {
  for (const [name, { N, NS, SS }] of Object.entries(item)) {
    const set = NS ?? SS;
    if (set?.length === 0) throw new ValidationError(`The set ${name} is empty.`);
    if (set && new Set(set).size < set.length) throw new ValidationError(`The set ${name} holds a value twice.`);
    for (const number of NS ?? (N === undefined ? [] : [N]))
      if (number === '' || !Number.isFinite(Number(number)))
        throw new ValidationError(`${name} is no number: ${number}.`);
  }
}
