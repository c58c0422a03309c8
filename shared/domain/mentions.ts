import type { Json } from './json.ts';

/** A letter or digit beside a text makes it a piece of another word or number. */
const GOES_ON = /[\p{L}\p{M}\p{N}_]/u;

/**
 * Whether a value says a text somewhere: as a value, as a field's name, or within a longer text. As whole words alone: who looks for `Ann` or
 * `17` doesn't mean `Anna` or `3175`.
 */
export function mentions(value: Json, text: string): boolean {
  if (typeof value === 'string') return says(value, text);
  if (typeof value !== 'object' || value === null) return String(value) === text;
  if (Array.isArray(value)) return value.some((each) => mentions(each, text));
  return Object.entries(value).some(([name, each]) => says(name, text) || mentions(each, text));
}

function says(whole: string, text: string): boolean {
  for (let at = whole.indexOf(text); at >= 0; at = whole.indexOf(text, at + 1))
    if (!GOES_ON.test(before(whole, at)) && !GOES_ON.test(behind(whole, at + text.length))) return true;
  return false;
}

/** The character that ends there, which may be two units long; empty at the beginning. */
const before = (whole: string, at: number) => Array.from(whole.slice(Math.max(0, at - 2), at)).at(-1) ?? '';
const behind = (whole: string, at: number) => Array.from(whole.slice(at, at + 2))[0] ?? '';

/** What a value's JSON holds wherever the value mentions the text: a look at the JSON alone rules most of it out. */
export function asInJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
