import { type Held, isPacked, type PackedPointer } from '../domain/held.ts';
import type { Json } from '../domain/json.ts';
import type { Row } from '../domain/row.ts';
import type { ObjectReader } from '../ports/objects.ts';
import { type HeldRow, isLarge, rowOf } from './part.ts';
import { parsed, release } from './spill.ts';

/** Rows whose large values are fetched at once. */
const FEW_ROWS = 8;
/** Bytes of packs that are held at once: those of a slot's children, in whatever order they ended. */
const HELD_BYTES = 64 * 1_048_576;

/** Rows as they are stored, and the same with their large values fetched. */
export interface WholeRows {
  readonly held: readonly HeldRow[];
  readonly whole: readonly Row[];
}

/**
 * A block's rows with their large values: together, or a few at a time where some are large, as a block of large values whole could be more than
 * a gigabyte. What a pack holds of the block is read with one request. Gives rows at least once.
 * @param most bytes of packs that are held at once; beyond them a value is read by itself
 */
export async function* wholeRows(
  objects: ObjectReader,
  rows: readonly HeldRow[],
  most = HELD_BYTES,
): AsyncGenerator<WholeRows> {
  if (!rows.some(isLarge)) {
    yield { held: rows, whole: rows.map((row) => rowOf(row)) };
    return;
  }
  const packs = new PackReads(objects, rows, most);
  for (let i = 0; i < rows.length; i += FEW_ROWS) {
    const held = rows.slice(i, i + FEW_ROWS);
    yield { held, whole: await Promise.all(held.map((row) => wholeRow(objects, packs, row))) };
  }
}

async function wholeRow(objects: ObjectReader, packs: PackReads, row: HeldRow): Promise<Row> {
  const [item, result] = await Promise.all([release(objects, row.item), packs.release(row.result)]);
  return rowOf(row, item, result);
}

/** What a pack holds of the rows. */
interface Used {
  from: number;
  to: number;
  /** Rows that have not been read from it yet. */
  left: number;
  bytes: Promise<Uint8Array> | null;
}

/** Packs as they are read: each once, and held until the last of the rows has its value. */
class PackReads {
  readonly #objects: ObjectReader;
  readonly #used = new Map<string, Used>();
  readonly #most: number;
  #held = 0;

  constructor(objects: ObjectReader, rows: readonly HeldRow[], most: number) {
    this.#objects = objects;
    this.#most = most;
    for (const { result } of rows) {
      if (!isPacked(result)) continue;
      const { $object, from, to } = result;
      const used = this.#used.get($object) ?? { from, to, left: 0, bytes: null };
      used.from = Math.min(used.from, from);
      used.to = Math.max(used.to, to);
      used.left += 1;
      this.#used.set($object, used);
    }
  }

  async release(held: Held): Promise<Json> {
    const used = isPacked(held) ? this.#used.get(held.$object) : undefined;
    return isPacked(held) && used ? this.#read(held, used) : release(this.#objects, held);
  }

  async #read(pointer: PackedPointer, used: Used): Promise<Json> {
    const size = used.to - used.from;
    // Alone, where other packs that are still needed fill the room, or where the rest of the pack has been read.
    if (!used.bytes && (used.left === 1 || this.#held + size > this.#most)) {
      used.left -= 1;
      return release(this.#objects, pointer);
    }
    if (!used.bytes) {
      this.#held += size;
      used.bytes = this.#objects.get(pointer.$object, used);
    }
    used.left -= 1;
    const isLast = used.left === 0;
    const bytes = await used.bytes;
    const value = parsed(bytes.subarray(pointer.from - used.from, pointer.to - used.from));
    if (isLast) {
      this.#used.delete(pointer.$object);
      this.#held -= size;
    }
    return value;
  }
}
