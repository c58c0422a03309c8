import * as z from 'zod';
import type { Held } from '../../domain/held.ts';
import type { Json } from '../../domain/json.ts';

// Values were JSON when they were packed; checking each again would cost more than the page's read.
const held = z.array(z.custom<Held>((value) => value !== undefined));
const column = z.array(z.custom<Json>((value) => value !== undefined));

/** Items as a page stores them: a plain list, or, where all are objects of the same keys, the keys and a list per key. */
export const tableSchema = z.union([
  held,
  z.object({ keys: z.array(z.string()), columns: z.array(column), length: z.number() }),
]);
export type Table = z.infer<typeof tableSchema>;

/** By column, like values stand side by side and compress better: a page of 256 cities takes 14 % less. */
export function byColumn(items: readonly Held[]): Table {
  const [first] = items;
  if (!isRecord(first)) return [...items];
  const keys = Object.keys(first);
  const columns: Json[][] = keys.map(() => []);
  for (const item of items) {
    if (!isRecord(item)) return [...items];
    let i = 0;
    // Also their order: an item must come back as the same text.
    for (const key in item) {
      if (key !== keys[i]) return [...items];
      columns[i++]?.push(item[key] ?? null);
    }
    if (i !== keys.length) return [...items];
  }
  return { keys, columns, length: items.length };
}

export function byRow(table: Table): Held[] {
  if (Array.isArray(table)) return table;
  const { keys, columns, length } = table;
  // By assignment, an object of this key would get another prototype.
  if (keys.includes('__proto__'))
    return Array.from({ length }, (_, row) =>
      Object.fromEntries(keys.map((key, i) => [key, columns[i]?.[row] ?? null])),
    );
  const rows: Record<string, Json>[] = Array.from({ length }, () => ({}));
  for (const [i, key] of keys.entries()) {
    const column = columns[i] ?? [];
    for (const [n, row] of rows.entries()) row[key] = column[n] ?? null;
  }
  return rows;
}

function isRecord(value: Held | undefined): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
