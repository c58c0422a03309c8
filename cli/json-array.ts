import { open } from 'node:fs/promises';
import { UsageError } from './errors.ts';

/** So much of a file tells its form. */
const LOOKED_AT = 65_536;

/**
 * A hint where items that should be JSON Lines look like one JSON array; null where they don't. An array that stands alone on its line is
 * one item, which may be meant.
 * @param name how the items are called for people
 * @throws {UsageError} where an array is spread over lines, none of which is an item
 */
export async function arrayHint(path: string, name: string): Promise<string | null> {
  const [first = '', ...others] = (await beginning(path)).split('\n').filter((line) => line.trim() !== '');
  if (!first.trimStart().startsWith('[')) return null;
  const advice = `JSON Lines have one item on each line. For an item of each element: jq -c '.[]'`;
  if (others.length === 0) return `warning: ${name} is a JSON array on one line, which is one item. ${advice}`;
  if (isJson(first)) return null;
  throw new UsageError(`--items: ${name} is a JSON array over several lines. ${advice}`);
}

/** The file's first characters, without a mark of byte order. */
async function beginning(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(LOOKED_AT), 0, LOOKED_AT, 0);
    return new TextDecoder().decode(buffer.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
