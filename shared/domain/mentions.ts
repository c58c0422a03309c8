import type { Json } from './json.ts';

/** A letter or digit beside a text makes it a piece of another word or number. */
const GOES_ON = /[\p{L}\p{M}\p{N}_]/u;

/** Texts to look for, as {@link wantedOf} gives them. */
export type Wanted = readonly string[];

/** Without a character from the first combining mark on, a text is as NFC writes it: most blocks are, and needn't be written anew. */
const FROM_COMBINING = /[\u0300-\uffff]/;

/** An `é` may be one character or two that look the same: texts are compared as NFC writes them. */
const composed = (text: string) => (FROM_COMBINING.test(text) ? text.normalize('NFC') : text);

/** Texts as they are looked for, without blanks around them. */
export function wantedOf(texts: readonly string[]): Wanted {
  return texts.map((text) => composed(text.trim()));
}

/**
 * Whether a value says one of the texts somewhere: as a value, as a field's name, or within a longer text. As whole words alone: who looks for `Ann` or
 * `17` doesn't mean `Anna` or `3175`.
 */
export function mentions(value: Json, wanted: Wanted): boolean {
  if (typeof value === 'string') return says(value, wanted);
  if (typeof value !== 'object' || value === null) return wanted.includes(String(value));
  if (Array.isArray(value)) return value.some((each) => mentions(each, wanted));
  return Object.entries(value).some(([name, each]) => says(name, wanted) || mentions(each, wanted));
}

function says(value: string, wanted: Wanted): boolean {
  const whole = composed(value);
  return wanted.some((text) => hasWords(whole, text));
}

function hasWords(whole: string, text: string): boolean {
  for (let at = whole.indexOf(text); at >= 0; at = whole.indexOf(text, at + 1))
    if (!GOES_ON.test(before(whole, at)) && !GOES_ON.test(behind(whole, at + text.length))) return true;
  return false;
}

/** The character that ends there, which may be two units long; empty at the beginning. */
const before = (whole: string, at: number) => Array.from(whole.slice(Math.max(0, at - 2), at)).at(-1) ?? '';
const behind = (whole: string, at: number) => Array.from(whole.slice(at, at + 2))[0] ?? '';

/** Whether a value may mention one of the texts, by a look at its JSON alone, which rules most of it out. */
export function mayMention(json: string, wanted: Wanted): boolean {
  return holds(json, wanted.map(asInJson));
}

/** Whether a text holds one of those, as words or pieces of words. */
export function holds(text: string, wanted: Wanted): boolean {
  const whole = composed(text);
  return wanted.some((each) => whole.includes(each));
}

/** How a text stands within JSON. */
export function asInJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
