import { NotJsonError } from './errors.ts';
import { isTooDeep, MAX_DEPTH, quoteInexact } from './json-scan.ts';

/** Anything JSON can hold. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/**
 * The JSON of a value that a user's code gave. An error tells the value's kind alone: its content may be personal, and
 * JSON's own errors quote keys.
 * @throws {NotJsonError} for what JSON can't hold, undefined included: it would silently become something else
 */
export function jsonText(name: string, value: unknown): string {
  let text: string | undefined;
  let received = `of type ${typeof value}`;
  try {
    text = JSON.stringify(value);
  } catch {
    if (typeof value === 'object') received = 'an object that JSON refuses, as for a bigint or a cycle in it';
  }
  if (text !== undefined && isTooDeep(text)) {
    throw new NotJsonError(`${name} is nested too deep; allowed are ${MAX_DEPTH} levels of lists and objects.`);
  }
  if (text !== undefined) return text;
  throw new NotJsonError(`${name} is ${received}; allowed is what JSON holds (null, where there is nothing to say).`);
}

/** What JSON text from outside says, or why it can't be taken. */
export type JsonReading = { readonly value: Json } | { readonly problem: 'invalid-json' | 'answer-too-deep' };

/**
 * Reads JSON text from outside. A number that a double can't hold becomes a text of the same digits: an id of 19 digits stays that id.
 */
export function readJson(text: string): JsonReading {
  if (isTooDeep(text)) return { problem: 'answer-too-deep' };
  try {
    const value: Json = JSON.parse(text);
    // Only what is valid JSON may be rewritten.
    const exact = quoteInexact(text);
    return { value: exact === text ? value : JSON.parse(exact) };
  } catch {
    return { problem: 'invalid-json' };
  }
}
