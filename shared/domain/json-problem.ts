import { MAX_DEPTH } from './json-scan.ts';
import { beginning } from './text.ts';

/** What keeps a value from being JSON as it is: in words that quote no content, and where. */
export interface JsonProblem {
  /** Such as `NaN`, `a Map`; a log may have it. */
  readonly what: string;
  /** Such as `.prices[3]`; empty for the value itself, null where it is about the value as a whole. */
  readonly path: string | null;
}

/** What may be left of the size that a value may have: in UTF-16 units, of which JSON's bytes are never fewer. */
interface Budget {
  units: number;
  readonly bytes: number;
  readonly instances: Instances;
}

/**
 * What becomes of instances of classes: `refused`, as reading them back gives something else; or `written` as JSON writes them, in what
 * is only sent: what their toJSON gives, or their fields.
 */
export type Instances = 'refused' | 'written';

/**
 * The first thing within a value that JSON would refuse, leave out or turn into something else; null where the value reads back as it is.
 * Taken as they read back equal: a property that is undefined (absent, then), -0, half a surrogate pair, a key named `__proto__`.
 * Not looked at: properties under symbols or not enumerable, and names in a list but for those of a match. To look costs 50 ns an object or more.
 * Ends early where the JSON would be longer than `bytes`: a few objects may hold each other a billion times.
 */
export function jsonProblem(value: unknown, bytes: number, instances: Instances = 'refused'): JsonProblem | null {
  return problemIn(value, 1, { units: bytes, bytes, instances });
}

/** {@link JsonProblem.path}, as a message shows it. */
export function showPath(path: string): string {
  return path.length > MAX_PATH ? `$${beginning(path, MAX_PATH)}…` : `$${path}`;
}

const MAX_PATH = 200;
/** A field's name. Other keys may be data, such as addresses, and only their place is shown. */
const FIELD = /^[A-Za-z_$][\w$]{0,39}$/;

/** What helps with kinds and classes that are often met. */
const HINTS: ReadonlyMap<string, string> = new Map([
  ['bigint', 'give its text'],
  ['Promise', 'an await is missing'],
  ['Date', 'give its text, as of toISOString()'],
]);

function problemIn(value: unknown, depth: number, budget: Budget): JsonProblem | null {
  if (--budget.units < 0) return tooLarge(budget);
  switch (typeof value) {
    case 'string':
      budget.units -= value.length;
      return budget.units < 0 ? tooLarge(budget) : null;
    case 'number':
      return Number.isFinite(value) ? null : { what: String(value), path: '' };
    case 'boolean':
      return null;
    case 'object':
      if (value === null) return null;
      if (depth > MAX_DEPTH) return TOO_DEEP;
      return Array.isArray(value) ? problemInList(value, depth, budget) : problemInObject(value, depth, budget);
    case 'undefined':
      return { what: 'undefined', path: '' };
    default:
      return { what: `a ${typeof value}${hint(typeof value)}`, path: '' };
  }
}

const TOO_DEEP: JsonProblem = {
  what: `nested too deep, or in a circle; allowed are ${MAX_DEPTH} levels of lists and objects`,
  path: null,
};

/** A list whose index and groups JSON leaves out. To look for whatever name a list may have costs more than to write it. */
const MATCH: JsonProblem = {
  what: "a regular expression's match (give its texts, [...match], and match.groups beside them)",
  path: '',
};

function tooLarge({ bytes }: Budget): JsonProblem {
  return { what: `too large; allowed are ${bytes} bytes of JSON`, path: null };
}

function problemInList(list: readonly unknown[], depth: number, budget: Budget): JsonProblem | null {
  if ('toJSON' in list) return problemInInstance(list, depth, budget);
  // By index: a place that was never set counts as undefined.
  for (let i = 0; i < list.length; i++) {
    const problem = problemIn(list[i], depth + 1, budget);
    if (problem) return within(`[${i}]`, problem);
  }
  return budget.instances === 'refused' && 'index' in list ? MATCH : null;
}

function problemInObject(object: object, depth: number, budget: Budget): JsonProblem | null {
  if (!isPlain(object)) return problemInInstance(object, depth, budget);
  return problemInFields(object, depth, budget);
}

function problemInInstance(object: object, depth: number, budget: Budget): JsonProblem | null {
  const refused = { what: instanceName(object), path: '' };
  if (budget.instances === 'refused') return refused;
  if ('toJSON' in object && typeof object.toJSON === 'function') {
    const written: unknown = object.toJSON();
    // An invalid Date, say.
    return written === null || written === undefined ? refused : problemIn(written, depth + 1, budget);
  }
  // What keeps its content elsewhere, such as a Map or a Promise, has no fields; bytes would have one each, an Error some of it.
  const isFields = hasFields(object) && !ArrayBuffer.isView(object) && !(object instanceof Error);
  return isFields ? problemInFields(object, depth, budget) : refused;
}

function hasFields(object: object): object is Readonly<Record<string, unknown>> {
  return Object.keys(object).length > 0;
}

function problemInFields(object: Readonly<Record<string, unknown>>, depth: number, budget: Budget): JsonProblem | null {
  const keys = Object.keys(object);
  // Math, Intl and their like are plain by their prototype alone.
  if (keys.length === 0 && Symbol.toStringTag in object) return { what: instanceName(object), path: '' };
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] ?? '';
    const value = object[key];
    if (value === undefined) continue;
    budget.units -= key.length;
    const problem = problemIn(value, depth + 1, budget);
    if (problem) return within(FIELD.test(key) ? `.${key}` : `[key ${i + 1}]`, problem);
  }
  return null;
}

/** A problem, as seen from the list or object that holds it. */
function within(step: string, { what, path }: JsonProblem): JsonProblem {
  return { what, path: path === null ? null : step + path };
}

/**
 * Whether an object is one of its fields alone. An instance of a class isn't: a Map keeps its content elsewhere, a Date becomes a text,
 * and of a class of a user's the methods are gone. Objects of another realm are, whose prototype is another one's.
 */
function isPlain(object: object): object is Readonly<Record<string, unknown>> {
  const prototype: unknown = Object.getPrototypeOf(object);
  return prototype === Object.prototype || prototype === null || Object.getPrototypeOf(prototype) === null;
}

function instanceName(object: object): string {
  const { constructor: made } = object;
  const name = typeof made === 'function' && FIELD.test(made.name) ? made.name : 'a class';
  const tag: unknown = name === 'Object' ? Reflect.get(object, Symbol.toStringTag) : undefined;
  const said = typeof tag === 'string' && FIELD.test(tag) ? `the object ${tag}` : `an instance of ${name}`;
  return `${said}${hint(name, 'give a plain object or list')}`;
}

function hint(of: string, otherwise?: string): string {
  const said = HINTS.get(of) ?? otherwise;
  return said === undefined ? '' : ` (${said})`;
}
