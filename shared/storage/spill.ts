import { type Held, isPacked, isPointer, mustSpill } from '../domain/held.ts';
import type { Json } from '../domain/json.ts';
import type { ObjectReader, ObjectWriter } from '../ports/objects.ts';

/**
 * A value, given as its JSON text, as a page holds it, with the bytes it takes there. A large one goes to an object of its
 * own, whose key is unique to its writer: two splitters, or two tries, never overwrite each other's.
 * @param value what the text says, where it is known already
 */
export async function hold(
  objects: ObjectWriter,
  key: () => string,
  text: string,
  value: Json = JSON.parse(text),
): Promise<{ held: Held; bytes: number }> {
  const here = holdHere(text, value);
  if (here) return here;
  const $object = key();
  await objects.put($object, text, 'application/json');
  return { held: { $object }, bytes: $object.length + 16 };
}

/** A value, given as its JSON text, as a page holds it, with the bytes it takes there; null for one that {@link hold} puts elsewhere. */
export function holdHere(text: string, value: Json = JSON.parse(text)): { held: Held; bytes: number } | null {
  // Bytes, not UTF-16 units: pages add them up, and a page of Chinese text would come to three times its limit.
  const bytes = Buffer.byteLength(text);
  return mustSpill(value, bytes) ? null : { held: value, bytes };
}

/** The value behind what a page holds. */
export async function release(objects: ObjectReader, held: Held): Promise<Json> {
  if (!isPointer(held)) return held;
  return parsed(await objects.get(held.$object, isPacked(held) ? held : undefined));
}

/** The value that an object, or its range, holds as JSON. */
export function parsed(bytes: Uint8Array): Json {
  return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
}
