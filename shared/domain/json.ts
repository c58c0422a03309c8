/** Anything JSON can hold. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/**
 * The JSON of a value that a user's code gave. An error tells the value's kind alone: its content may be personal, and
 * JSON's own errors quote keys.
 * @throws {TypeError} for what JSON can't hold, undefined included: it would silently become something else
 */
export function jsonText(name: string, value: unknown): string {
  let text: string | undefined;
  let received = `of type ${typeof value}`;
  try {
    text = JSON.stringify(value);
  } catch {
    if (typeof value === 'object') received = 'an object that JSON refuses, as for a bigint or a cycle in it';
  }
  if (text !== undefined) return text;
  throw new TypeError(`${name} is ${received}; allowed is what JSON holds (null, where there is nothing to say).`);
}
