import type { Json } from '../../shared/domain/json.ts';
import { short } from '../../shared/report/format.ts';

/** Characters of a value that a row of a table has room for. */
const ROW = 160;
/** A page is for reading: what is longer is in the report's files. */
const WHOLE = 100_000;

/** A value for a row. */
export function inOneLine(value: Json): string {
  return short(typeof value === 'string' ? value : JSON.stringify(value), ROW);
}

/** A value in full, as far as a page holds it. */
export function inFull(value: Json): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value, null, 2);
  return text.length > WHOLE ? `${text.slice(0, WHOLE)}\n… ${text.length - WHOLE} characters more` : text;
}
