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

/** What a column of a type takes, and what to do with other values: told where a value isn't of it. */
export const TAKES = {
  string: 'it takes texts: make one with { type, of: (row) => … }, or choose another type',
  double: 'it takes finite numbers',
  integer: 'it takes whole numbers from -2^63 to 2^63 - 1, or texts of their digits',
  boolean: 'it takes true and false',
  timestamp:
    'it takes milliseconds, a Date, or an existing date or time of ISO 8601, such as 2026-02-28 or 2026-02-28T09:30:00.5+01:00',
  json: 'it takes what JSON holds',
} as const satisfies Record<ParquetType, string>;

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

/** Readers give an id beyond 2^53 as a number where a double holds its digits, and else as text: both are whole numbers. */
function integer(value: unknown): bigint | undefined {
  const isWhole =
    typeof value === 'bigint' ||
    (typeof value === 'number' && Number.isInteger(value)) ||
    (typeof value === 'string' && /^-?\d{1,19}$/.test(value));
  if (!isWhole) return undefined;
  const exact = BigInt(value);
  return exact >= LEAST && exact <= MOST ? exact : undefined;
}

/** Milliseconds since 1970, a Date, or a text of a date or time. */
function timestamp(value: unknown): Date | undefined {
  if (typeof value === 'string') return timeOf(value);
  if (typeof value !== 'number' && !(value instanceof Date)) return undefined;
  const date = new Date(value);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

const TIME =
  /^(\d{4}-\d\d-\d\d)(?:[T ]([01]\d|2[0-3])(:[0-5]\d)(:[0-5]\d(?:\.\d+)?)?(Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)?)?$/i;

/** The time that a text of ISO 8601 says, in UTC where it names no zone: `new Date` would take this machine's. */
function timeOf(text: string): Date | undefined {
  const [, day, hour = '00', minute = ':00', second = ':00', zone = 'Z'] = TIME.exec(text) ?? [];
  // `new Date` takes 30 February for 2 March.
  if (day === undefined || !exists(day)) return undefined;
  return new Date(`${day}T${hour}${minute}${second}${zone.toUpperCase()}`);
}

function exists(day: string): boolean {
  const date = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
}
