import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { makeItems } from '../data.ts';

/** Different rows; the file repeats them. */
const DIFFERENT = 20_000;
const ROW_BYTES = 100;
const COLUMNS = ['id', 'name', 'country', 'revenue', 'since', 'address'];
const STREET = 'Level 12, 480 Queen Street, Brisbane City, Queensland 4000, Australia, near the river';

/** Writes a CSV file of companies, each row of 100 bytes. */
export async function writeRows(path: string, rows: number): Promise<void> {
  const lines = makeItems(DIFFERENT).map((item) => {
    const known = `${Object.values(item).join()},"`;
    return `${known}${STREET.slice(0, ROW_BYTES - known.length - 2)}"\n`;
  });
  const file = createWriteStream(path);
  file.write(`${COLUMNS.join()}\n`);
  for (let at = 0; at < rows; at += DIFFERENT)
    if (!file.write(lines.slice(0, rows - at).join(''))) await once(file, 'drain');
  file.end();
  await once(file, 'finish');
}
