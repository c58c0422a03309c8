import type { Output } from '../author/output.ts';
import { OutputError } from '../domain/errors.ts';
import type { Row } from '../domain/row.ts';
import { synchronous } from '../domain/synchronous.ts';

/** What Hive, and all that read its folders, call a value that isn't there. */
const NO_VALUE = '__HIVE_DEFAULT_PARTITION__';

/** UTF-16 units of a value; an object's key has 1,024 bytes. */
const MAX_VALUE = 80;

/** The folders that a row lies in, such as `country=AU/year=2026`; '' where there are none. */
export function partitionOf(by: NonNullable<Output['partitionBy']>, row: Row): string {
  return by.map(({ name, of }) => `${escaped(name)}=${folderOf(name, synchronous('of', of(row)), row)}`).join('/');
}

function folderOf(name: string, value: unknown, { id }: Row): string {
  if (value === undefined || value === null || value === '') return NO_VALUE;
  if (typeof value === 'object' || typeof value === 'function')
    throw new OutputError(
      `child ${id} has no text, number or boolean in ${JSON.stringify(name)}, which names its folder`,
    );
  const text = String(value);
  if (text.length > MAX_VALUE)
    throw new OutputError(
      `child ${id} has more than ${MAX_VALUE} characters in ${JSON.stringify(name)}, which names its folder`,
    );
  if (/\p{Cs}/u.test(text))
    throw new OutputError(
      `child ${id} has half of a surrogate pair, which has no encoding, in ${JSON.stringify(name)}, which names its folder`,
    );
  return escaped(text);
}

/** As Hive escapes: a folder's name holds no slash, no `=` and no sign that a shell or a URL takes for something else. */
const escaped = (text: string) =>
  text.replace(/[^\p{L}\p{N}_. -]|^\.+$/gu, (found) => encodeURIComponent(found).replace(/[!'()*.]/g, hex));

const hex = (sign: string) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`;
