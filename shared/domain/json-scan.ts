/**
 * Levels of lists and objects, one in the other, that an item or an answer may have. `JSON.stringify` ends at some thousands, wherever
 * in the program that happens to be; this many leave room for what wraps the value, and for recursive code of a user's.
 */
export const MAX_DEPTH = 500;

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** Whether JSON text has more than {@link MAX_DEPTH} levels. Without recursion, and before anything is parsed. */
export function isTooDeep(text: string): boolean {
  // Each level takes two brackets: most texts are too short to ask.
  if (text.length <= 2 * MAX_DEPTH) return false;
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) i = endOfString(text, i);
    else if (code === OPEN_LIST || code === OPEN_OBJECT) {
      if (++depth > MAX_DEPTH) return true;
    } else if (code === CLOSE_LIST || code === CLOSE_OBJECT) depth--;
  }
  return false;
}

/** A number within a list or an object that a double may not hold: 16 digits before the point, or an exponent. Rarely met in texts. */
const SUSPECT = /[[:,\s]-?(?:\d{16}|\d+(?:\.\d+)?[eE](?:\+?\d|-\d{3}))/;
/** A zero, or a fraction of one, with a sign: JSON of JavaScript's writes no -0. */
const SIGNED_ZERO = /[[:,\s]-0/;
/** Text that is a number and nothing else. */
const BARE = /^-?\d/;
const NUMBER = /-?\d[\d.]*(?:[eE][+-]?\d+)?/y;

/**
 * Valid JSON text with each number that a double can't hold made a text of the same digits, so that nothing is rounded: an integer
 * from 2^53 on that reads back otherwise, and what becomes infinite or zero. A fraction below 2^53 stays a number, the nearest there is.
 * @param keepsSign whether -0, which reads back as 0, becomes a text too
 */
export function quoteInexact(text: string, keepsSign = false): string {
  if (!SUSPECT.test(text) && !BARE.test(text) && !(keepsSign && SIGNED_ZERO.test(text))) return text;
  let quoted = '';
  let copied = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) i = endOfString(text, i);
    else if (code === 0x2d || (code >= 0x30 && code <= 0x39)) {
      NUMBER.lastIndex = i;
      const [number = ''] = NUMBER.exec(text) ?? [];
      if (!isHeld(number) || (keepsSign && Object.is(Number(number), -0))) {
        quoted += `${text.slice(copied, i)}"${number}"`;
        copied = i + number.length;
      }
      i += number.length - 1;
    }
  }
  return copied === 0 ? text : quoted + text.slice(copied);
}

/** Keys in valid JSON text, those included that stand twice in an object. */
export function keysIn(text: string): number {
  let keys = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) i = endOfString(text, i);
    else if (code === COLON) keys++;
  }
  return keys;
}

/** Where in JSON a value stands: names of fields and places in lists. */
export type JsonPath = readonly (string | number)[];

/** The objects in valid JSON text that have a key twice, each once for every key too many. */
export function keysTwice(text: string): readonly JsonPath[] {
  const found: JsonPath[] = [];
  /** Lists and objects that are open: an object's keys so far, and where in it the reading is. */
  const open: { readonly keys: Set<string> | null; at: string | number; isKeyNext: boolean }[] = [];
  for (let i = 0; i < text.length; i++) {
    const inner = open.at(-1);
    const code = text.charCodeAt(i);
    if (code === OPEN_OBJECT) open.push({ keys: new Set(), at: '', isKeyNext: true });
    else if (code === OPEN_LIST) open.push({ keys: null, at: 0, isKeyNext: false });
    else if (code === CLOSE_LIST || code === CLOSE_OBJECT) open.pop();
    else if (code === COMMA && inner) {
      inner.isKeyNext = inner.keys !== null;
      if (typeof inner.at === 'number') inner.at++;
    } else if (code === QUOTE) {
      const end = endOfString(text, i);
      if (inner?.keys && inner.isKeyNext) {
        // As it is meant: a key may be spelled in several ways.
        const key: string = JSON.parse(text.slice(i, end + 1));
        if (inner.keys.has(key)) found.push(open.slice(0, -1).map(({ at }) => at));
        inner.keys.add(key);
        inner.at = key;
        inner.isKeyNext = false;
      }
      i = end;
    }
  }
  return found;
}

/** The place of the quote that ends the string which the quote at `start` begins; the text's end where none does. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let escapes = 0;
    while (text.charCodeAt(end - 1 - escapes) === BACKSLASH) escapes++;
    if (escapes % 2 === 0) return end;
  }
  return text.length;
}

/** Whether a double holds a JSON number: a fraction below 2^53 as well as it can, all else to the digit. */
function isHeld(number: string): boolean {
  const value = Number(number);
  return (value !== 0 && Math.abs(value) < 2 ** 53) || isExact(number);
}

/** Whether a double holds a JSON number to the digit. */
export function isExact(number: string): boolean {
  const value = Number(number);
  if (value === 0) return !/^[^eE]*[1-9]/.test(number);
  return Number.isFinite(value) && digitsOf(number) === digitsOf(String(value));
}

/** A number's digits and power of ten, the same for every spelling of it. */
function digitsOf(number: string): string {
  const [mantissa = '', exponent = '0'] = number.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.');
  const digits = (whole + fraction).replace(/^0+/, '');
  // By hand: an expression for zeros at the end takes the square of their number.
  let end = digits.length;
  while (digits[end - 1] === '0') end--;
  return `${digits.slice(0, end)}e${Number(exponent) - fraction.length + digits.length - end}`;
}
