import { jsonText } from '../../domain/json.ts';
import type { Row } from '../../domain/row.ts';

/** What a column of Parquet may hold. `integer` has 64 bits, `timestamp` milliseconds in UTC. */
export const PARQUET_TYPES = ['string', 'double', 'integer', 'boolean', 'timestamp', 'json'] as const;
export type ParquetType = (typeof PARQUET_TYPES)[number];

/** A column's name, its type and what reads it of a row. */
export interface ReadColumn<I, R> {
  readonly name: string;
  readonly type: ParquetType;
  readonly of: (row: Row<I, R>) => unknown;
}

/** A value as a column of its type holds it; undefined where it isn't of that type. */
export function parquetValue(type: ParquetType, value: unknown): unknown {
  switch (type) {
    case 'string':
      return typeof value === 'string' ? value : undefined;
    case 'double':
      return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
    case 'boolean':
      return typeof value === 'boolean' ? value : undefined;
    case 'integer':
      return integer(value);
    case 'timestamp':
      return timestamp(value);
    case 'json':
      return jsonText('a column of JSON', value, 'written');
  }
}

const [LEAST, MOST] = [-(2n ** 63n), 2n ** 63n - 1n];

/** A number too large for JavaScript comes as text: an id of 19 digits is an integer too. */
function integer(value: unknown): bigint | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : undefined;
  if (typeof value !== 'string' || !/^-?\d{1,19}$/.test(value)) return undefined;
  const exact = BigInt(value);
  return exact >= LEAST && exact <= MOST ? exact : undefined;
}

/** Milliseconds since 1970, a Date, or a text of ISO 8601. */
function timestamp(value: unknown): Date | undefined {
  const isText = typeof value === 'string' && /^\d{4}-\d\d-\d\d/.test(value);
  if (!isText && typeof value !== 'number' && !(value instanceof Date)) return undefined;
  const date = new Date(value);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
