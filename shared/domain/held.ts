import type { Json } from './json.ts';
import { SIZES } from './limits.ts';

/**
 * An item or result as pages and messages hold it: the value itself, or a pointer to an object that holds it.
 * A value that looks like a pointer is never held inline, so the two can't be confused.
 */
export type Held = Json | Pointer;

export interface Pointer {
  readonly $object: string;
  /** Where in the object the value is, in bytes; `to` is behind it. Without these the object is the value. */
  readonly from?: number;
  readonly to?: number;
}

/** A pointer to a value that shares its object with others. */
export type PackedPointer = Required<Pointer>;

export function isPointer(held: Held): held is Pointer {
  return (
    typeof held === 'object' &&
    held !== null &&
    !Array.isArray(held) &&
    '$object' in held &&
    typeof held.$object === 'string'
  );
}

export function isPacked(held: Held): held is PackedPointer {
  return isPointer(held) && typeof held.from === 'number' && typeof held.to === 'number';
}

/** What stands in an item's place that its source couldn't read. A value that looks like one is never held inline either. */
export type Unread = { readonly $unread: string };

/** The mark that a page holds for it, with its bytes. */
export function unread(problem: string): { held: Unread; bytes: number } {
  const held = { $unread: problem };
  return { held, bytes: JSON.stringify(held).length * 3 };
}

export function isUnread(held: unknown): held is Unread {
  return typeof held === 'object' && held !== null && '$unread' in held && typeof held.$unread === 'string';
}

/** Whether what a page holds stands for something large: a pointer, also as the item of a redrive's triple. */
export function isLarge(held: Held): boolean {
  if (isPointer(held)) return true;
  return Array.isArray(held) && held.length === 3 && isPointer(held[1]);
}

/** Whether a value has to go to an object of its own; `bytes` is its JSON's length. */
export function mustSpill(value: Json, bytes: number): boolean {
  return bytes > SIZES.inlineBytes || isPointer(value) || isUnread(value);
}
