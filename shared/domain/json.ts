import { NotJsonError } from './errors.ts';
import { type Instances, jsonProblem, showPath } from './json-problem.ts';
import { isTooDeep, type JsonPath, keysIn, keysTwice, quoteInexact } from './json-scan.ts';
import { SIZES } from './limits.ts';

/** Anything JSON can hold. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/**
 * The JSON of a value that a user's code gave. An error tells kinds and places alone: the content may be personal, and
 * JSON's own errors quote keys.
 * @param instances of classes: `refused`, unless the JSON is only sent
 * @throws {NotJsonError} for what wouldn't read back as it is (undefined included), and for more than 6 MiB
 */
export function jsonText(name: string, value: unknown, instances?: Instances): string {
  const problem = jsonProblem(value, SIZES.jsonBytes, instances);
  if (problem?.path === null) throw new NotJsonError(`${name} is ${problem.what}.`);
  if (problem) {
    const place = problem.path === '' ? `is ${problem.what}` : `has ${problem.what} at ${showPath(problem.path)}`;
    throw new NotJsonError(`${name} ${place}; allowed is what JSON holds (null, where there is nothing to say).`);
  }
  return plainText(name, value);
}

/**
 * The JSON of a value that is JSON as it is, and has been looked through.
 * @throws {NotJsonError} for more than 6 MiB
 */
export function plainText(name: string, value: unknown): string {
  const text = JSON.stringify(value);
  // UTF-16 units are three bytes at most: few texts are measured.
  if (text.length * 3 > SIZES.jsonBytes && Buffer.byteLength(text) > SIZES.jsonBytes) {
    throw new NotJsonError(`${name} is too large; allowed are ${SIZES.jsonBytes} bytes of JSON.`);
  }
  return text;
}

/** What an item's JSON text says, or why it can't be taken as it is. */
export type ItemReading = JsonReading | { readonly problem: 'duplicate-key' };

/**
 * Reads the JSON text of an item, which is to reach its service as it is: {@link readJson}, but -0 becomes a text too, and an object that has a key
 * twice is refused, as one of the two would be lost.
 */
export function readItem(text: string): ItemReading {
  const read = readJson(text, true);
  return 'value' in read && keysOf(read.value) < keysIn(text) ? { problem: 'duplicate-key' } : read;
}

/** What a JSON text that holds items says, and where an object of it has a key twice: of such an item one value is lost. */
export type ItemsReading =
  | { readonly value: Json; readonly twice: readonly JsonPath[] }
  | Extract<JsonReading, { problem: unknown }>;

/** Reads JSON text that holds several items, each of which is read as {@link readItem} does. */
export function readItems(text: string): ItemsReading {
  const read = readJson(text, true);
  if (!('value' in read)) return read;
  return { value: read.value, twice: keysOf(read.value) < keysIn(text) ? keysTwice(text) : [] };
}

/** Keys of all objects within a value. */
function keysOf(value: Json): number {
  if (typeof value !== 'object' || value === null) return 0;
  let keys = 0;
  if (isList(value)) for (const each of value) keys += keysOf(each);
  else for (const each of Object.values(value)) keys += 1 + keysOf(each);
  return keys;
}

const isList = (value: readonly Json[] | { readonly [key: string]: Json }): value is readonly Json[] =>
  Array.isArray(value);

/** What JSON text from outside says, or why it can't be taken. */
export type JsonReading = { readonly value: Json } | { readonly problem: 'invalid-json' | 'answer-too-deep' };

/**
 * Reads JSON text from outside. A number that a double can't hold becomes a text of the same digits: an id of 19 digits stays that id.
 * @param keepsSign whether -0, which JSON of JavaScript's can't write, becomes a text too
 */
export function readJson(text: string, keepsSign = false): JsonReading {
  if (isTooDeep(text)) return { problem: 'answer-too-deep' };
  try {
    const value: Json = JSON.parse(text);
    // Only what is valid JSON may be rewritten.
    const exact = quoteInexact(text, keepsSign);
    return { value: exact === text ? value : JSON.parse(exact) };
  } catch {
    return { problem: 'invalid-json' };
  }
}
