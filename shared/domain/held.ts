import type { Json } from './json.ts';
import { SIZES } from './limits.ts';

/**
 * An item or result as pages and messages hold it: the value itself, or a pointer to an object that holds it.
 * A value that looks like a pointer is never held inline, so the two can't be confused.
 */
export type Held = Json | Pointer;

export interface Pointer {
  readonly $object: string;
}

export function isPointer(held: Held): held is Pointer {
  return (
    typeof held === 'object' &&
    held !== null &&
    !Array.isArray(held) &&
    '$object' in held &&
    typeof held.$object === 'string'
  );
}

/** Whether what a page holds stands for something large: a pointer, also as the item of a redrive's triple. */
export function isLarge(held: Held): boolean {
  if (isPointer(held)) return true;
  return Array.isArray(held) && held.length === 3 && isPointer(held[1]);
}

/** Whether a value has to go to an object of its own; `bytes` is its JSON's length. */
export function mustSpill(value: Json, bytes: number): boolean {
  return bytes > SIZES.inlineBytes || isPointer(value);
}
