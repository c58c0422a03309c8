import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Json } from '../../../domain/json.ts';
import { isExact } from '../../../domain/json-scan.ts';

/**
 * An attribute as JSON: bytes as base64, a set as a list. A number that a double doesn't hold to the digit is
 * a text of its digits: those of a table are exact, with up to 38 digits also behind the point.
 */
export function jsonOf(value: AttributeValue): Json {
  if (value.S !== undefined) return value.S;
  if (value.N !== undefined) return numberOf(value.N);
  if (value.BOOL !== undefined) return value.BOOL;
  if (value.B !== undefined) return base64(value.B);
  if (value.M !== undefined) return recordOf(value.M);
  if (value.L !== undefined) return value.L.map(jsonOf);
  if (value.SS !== undefined) return value.SS;
  if (value.NS !== undefined) return value.NS.map(numberOf);
  if (value.BS !== undefined) return value.BS.map(base64);
  return null;
}

/** An item, by the names of its attributes. */
export function recordOf(item: Readonly<Record<string, AttributeValue>>): { readonly [name: string]: Json } {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, jsonOf(value)]));
}

const numberOf = (digits: string): Json => (isExact(digits) ? Number(digits) : digits);

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
