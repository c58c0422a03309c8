import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Item } from '../shared/adapters/dynamodb/attributes.ts';

/** Bytes of an item as DynamoDB counts them for its limit and its bill: names and values, in UTF-8. */
export function itemBytes(item: Item): number {
  let bytes = 0;
  for (const [name, value] of Object.entries(item)) bytes += Buffer.byteLength(name) + valueBytes(value);
  return bytes;
}

/** @throws {TypeError} for a type that no store uses */
function valueBytes({ S, N, B, NS, SS }: AttributeValue): number {
  if (S !== undefined) return Buffer.byteLength(S);
  if (N !== undefined) return numberBytes(N);
  if (B !== undefined) return B.length;
  if (NS !== undefined) return NS.reduce((sum, each) => sum + numberBytes(each), 0);
  if (SS !== undefined) return SS.reduce((sum, each) => sum + Buffer.byteLength(each), 0);
  throw new TypeError('No store uses an attribute of this type.');
}

/** A byte each for two significant digits, one more, and one for a minus. */
function numberBytes(text: string): number {
  const signs = text.startsWith('-') ? 1 : 0;
  let end = text.length;
  while (end > signs && text[end - 1] === '0') end--;
  return 1 + Math.ceil((end - signs) / 2) + signs;
}
