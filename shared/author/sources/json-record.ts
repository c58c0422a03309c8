import { type Json, readItem } from '../../domain/json.ts';
import { NOT_UTF8, REPLACED } from './records.ts';

export const NOT_JSON = 'is not JSON';
export const KEY_TWICE = 'has an object with a key that stands twice, of which one would be lost';

const PROBLEMS = {
  'invalid-json': NOT_JSON,
  'answer-too-deep': 'has too many levels',
  'duplicate-key': KEY_TWICE,
} as const;

/** The value of a record's text, or what is wrong with it. */
export function readRecord(text: string): { readonly value: Json } | { readonly problem: string } {
  if (text.includes(REPLACED)) return { problem: NOT_UTF8 };
  const read = readItem(text);
  return 'value' in read ? read : { problem: PROBLEMS[read.problem] };
}
