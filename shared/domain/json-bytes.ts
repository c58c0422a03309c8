import type { Json } from './json.ts';

/** Characters that JSON writes as they are, in a byte each. */
const PLAIN = /^[ !#-[\]-\x7f]*$/;

/**
 * The bytes of an object's JSON, where it is flat and JSON writes its texts as they are: to add them up takes half the time of writing them, for each
 * row of a file. Null for all else, of which only the text tells.
 */
export function flatJsonBytes(value: Json): number | null {
  if (typeof value !== 'object' || value === null || isList(value)) return null;
  let bytes = 2;
  let fields = 0;
  // Twice as fast as by Object.entries; what was read as JSON inherits nothing that is enumerable.
  for (const key in value) {
    const size = fieldBytes(value[key]);
    if (size === null || !PLAIN.test(key)) return null;
    bytes += key.length + 3 + size;
    fields++;
  }
  return bytes + Math.max(0, fields - 1);
}

function fieldBytes(value: Json | undefined): number | null {
  if (typeof value === 'string') return PLAIN.test(value) ? value.length + 2 : null;
  if (value === null || value === true) return 4;
  if (value === false) return 5;
  return typeof value === 'number' ? JSON.stringify(value).length : null;
}

const isList = (value: readonly Json[] | { readonly [key: string]: Json }): value is readonly Json[] =>
  Array.isArray(value);
