import type { Item } from '../../shared/adapters/dynamodb/attributes.ts';
import type { ItemTable, Query, Update } from '../../shared/adapters/dynamodb/item-table.ts';
import type { Key } from '../../shared/adapters/dynamodb/keys.ts';
import { MemoryTable } from '../../testing/memory-table.ts';

/** A table whose index hears of each write later, and never goes back: what a global secondary index may do. */
export class LaggingIndex implements ItemTable {
  readonly #table = new MemoryTable();
  /** What the index has heard of. */
  readonly #heard = new MemoryTable();
  readonly #later: (task: () => void) => void;
  readonly #written = new Map<string, number>();
  readonly #shown = new Map<string, number>();

  /** @param later does something once the index has heard of a write */
  constructor(later: (task: () => void) => void) {
    this.#later = later;
  }

  get(key: Key): Promise<Item | undefined> {
    return this.#table.get(key);
  }

  async put(key: Key, item: Item): Promise<void> {
    await this.#table.put(key, item);
    this.#tell(key);
  }

  async putIfAbsent(key: Key, item: Item): Promise<boolean> {
    const isPut = await this.#table.putIfAbsent(key, item);
    if (isPut) this.#tell(key);
    return isPut;
  }

  async update(key: Key, update: Update): Promise<Item | null> {
    const item = await this.#table.update(key, update);
    if (item) this.#tell(key);
    return item;
  }

  async delete(key: Key): Promise<void> {
    await this.#table.delete(key);
    this.#tell(key);
  }

  query(query: Query): Promise<Item[]> {
    return (query.index ? this.#heard : this.#table).query(query);
  }

  getMany(keys: readonly Key[]): Promise<(Item | undefined)[]> {
    return this.#table.getMany(keys);
  }

  #tell(key: Key): void {
    const name = `${key.pk} ${key.sk}`;
    const version = (this.#written.get(name) ?? 0) + 1;
    this.#written.set(name, version);
    // Items are replaced, never changed: this is the one that was just written.
    const written = this.#table.get(key);
    this.#later(() => void this.#show(name, key, version, written));
  }

  async #show(name: string, key: Key, version: number, written: Promise<Item | undefined>): Promise<void> {
    if (version <= (this.#shown.get(name) ?? 0)) return;
    this.#shown.set(name, version);
    const item = await written;
    if (item) await this.#heard.put(key, item);
    else await this.#heard.delete(key);
  }
}
