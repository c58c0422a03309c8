import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Key } from './keys.ts';

/** A table item as the SDK gives it. */
export type Item = Record<string, AttributeValue>;

export const S = (value: string): AttributeValue => ({ S: value });
export const N = (value: number): AttributeValue => ({ N: String(value) });
export const B = (value: Uint8Array): AttributeValue => ({ B: value });
/** A number set. DynamoDB takes no empty one, so the caller leaves it out, and none that names a number twice. */
export const NS = (values: Iterable<number>): AttributeValue => ({ NS: [...new Set(values)].map(String) });

export function keyItem(key: Key): Item {
  return { pk: S(key.pk), sk: S(key.sk) };
}

export function stringOf(item: Item | undefined, name: string): string | null {
  return item?.[name]?.S ?? null;
}

export function numberOf(item: Item | undefined, name: string): number | null {
  const text = item?.[name]?.N;
  return text === undefined ? null : Number(text);
}

export function bytesOf(item: Item | undefined, name: string): Uint8Array | null {
  return item?.[name]?.B ?? null;
}

/** A number set; empty where absent. */
export function setOf(item: Item | undefined, name: string): ReadonlySet<number> {
  return new Set(item?.[name]?.NS?.map(Number));
}

/** @throws {TypeError} naming the attribute, where the table holds something this version can't read */
export function required<T>(value: T | null | undefined, name: string): T {
  if (value === null || value === undefined) throw new TypeError(`A stored item has no attribute ${name}.`);
  return value;
}
