import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import type { Source, SourceFiles } from '../../shared/author/source.ts';
import { type CsvOptions, csv } from '../../shared/author/sources/csv.ts';
import type { CsvRow } from '../../shared/author/sources/csv-reader.ts';
import { SourceDataError } from '../../shared/domain/errors.ts';
import { itemsOf, memoryFiles, sourced } from './source.contract.ts';

const load = createRequire(import.meta.url);
const folderOf = (name: string) => dirname(load.resolve(`${name}/package.json`));
const SPECTRUM = folderOf('csv-spectrum');
const PAPAPARSE = join(folderOf('papaparse'), 'tests');

const over = (options: CsvOptions<CsvRow>, files: SourceFiles): Source<CsvRow> =>
  csv('a', options).over?.(files) ?? expect.fail();

/** The file, which comes in two pieces. */
const inTwo = (bytes: Buffer, place: number): SourceFiles => ({
  ...memoryFiles({ a: bytes }),
  async *read(_, from) {
    yield bytes.subarray(from, Math.max(from, place));
    yield bytes.subarray(Math.max(from, place));
  },
});

/** What each of two ranges gives, of which the second begins at a byte. */
async function rangesAt(source: Source<CsvRow>, bytes: number, place: number): Promise<CsvRow[]> {
  const [file] = (await source.plan?.({ params: {}, limit: undefined })) ?? [];
  const items: CsvRow[] = [];
  for (const range of [
    { from: 0, to: place },
    { from: place, to: bytes },
  ]) {
    const context = { params: {}, limit: undefined, range: { ...Object(file), ...range }, cursor: null };
    for await (const given of source.read(context)) items.push(sourced(given).item);
  }
  return items;
}

describe('csv-spectrum', () => {
  // It holds U+FFFD, which its degrees became some time ago, and not the phone number that its JSON has.
  const BROKEN = 'location_coordinates';
  const names = readdirSync(join(SPECTRUM, 'csvs')).map((file) => file.slice(0, -'.csv'.length));
  const contentOf = (name: string) => readFileSync(join(SPECTRUM, 'csvs', `${name}.csv`));

  test.each(names.filter((name) => name !== BROKEN))('%s, whole, and cut at every byte', async (name) => {
    const bytes = contentOf(name);
    const rows: unknown = JSON.parse(readFileSync(join(SPECTRUM, 'json', `${name}.json`), 'utf8'));
    expect(await itemsOf(over({}, memoryFiles({ a: bytes })))).toEqual(rows);
    for (let place = 0; place <= bytes.length; place++) {
      // Where values hold line breaks a slice begins with the file, which may come in any pieces.
      const cut = /newlines/.test(name)
        ? await itemsOf(over({}, inTwo(bytes, place)))
        : await rangesAt(over({ multiline: false }, memoryFiles({ a: bytes })), bytes.length, place);
      expect(cut, `cut at ${place}`).toEqual(rows);
    }
  });

  test('what was lost in a file before is said', async () => {
    const source = over({ quote: null }, memoryFiles({ a: contentOf(BROKEN) }));
    await expect(itemsOf(source)).rejects.toThrow('Line 2 of "a" holds bytes that are not UTF-8 (or U+FFFD)');
  });
});

/** A case of that library's: what it makes of a text. */
const parseCase = z.object({
  description: z.string(),
  input: z.string(),
  config: z
    .strictObject({ delimiter: z.string().length(1).optional(), quoteChar: z.string().length(1).optional() })
    .default({}),
  expected: z.object({ data: z.array(z.array(z.string())).min(1), errors: z.tuple([]) }),
});

/** Those with no mistake in them, no other setting than we have, and as many values in each row. */
function papaparseCases() {
  const [script = ''] = readFileSync(join(PAPAPARSE, 'test-cases.js'), 'utf8').split('var PARSE_ASYNC_TESTS');
  const context = { chai: {}, describe: () => undefined, tests: z.array(z.unknown()).parse([]) };
  // It declares anew what it would load.
  const cases = script.replace(/^var (chai|Papa);$/gm, '');
  runInNewContext(`${cases}; tests = [...CORE_PARSER_TESTS, ...PARSE_TESTS];`, context);
  return context.tests.flatMap((given) => {
    const { data } = parseCase.safeParse(given);
    const isEven = new Set(data?.expected.data.map((row) => row.length)).size === 1;
    // Here nothing is guessed.
    const isGuessed = /guess|Bad delimiter/.test(data?.description ?? '');
    return data && isEven && !isGuessed ? [data] : [];
  });
}

describe("papaparse's own cases", () => {
  const cases = papaparseCases();

  test('are read as it reads them, or refused where a quote stands wrong', async () => {
    const refused: string[] = [];
    for (const { description, input, config, expected } of cases) {
      const { delimiter, quoteChar: quote } = config;
      const header = (expected.data[0] ?? []).map((_, n) => `c${n}`);
      const options = { header, ...(delimiter !== undefined && { delimiter }), ...(quote !== undefined && { quote }) };
      try {
        const items = await itemsOf(over(options, memoryFiles({ a: input })));
        // Empty lines are no rows here.
        const rows = expected.data.filter((row) => row.length > 1 || row[0] !== '');
        expect(
          items.map((row) => Object.values(row)),
          description,
        ).toEqual(rows);
      } catch (error) {
        if (!(error instanceof SourceDataError)) throw error;
        expect(error.message, description).toContain('has a quote within');
        refused.push(description);
      }
    }
    expect(cases.length - refused.length).toBeGreaterThan(50);
    expect(refused.length).toBeLessThan(12);
  });

  test.each(['long-sample.csv', 'verylong-sample.csv', 'utf-8-bom-sample.csv'])('%s, as it reads it', async (file) => {
    const bytes = readFileSync(join(PAPAPARSE, file));
    const read = load('papaparse').parse(bytes.toString().replace('\uFEFF', ''), {
      header: true,
      skipEmptyLines: true,
    });
    const rows = z.array(z.record(z.string(), z.string())).parse(read.data);
    const items = await itemsOf(over({ onBadRow: 'skip' }, memoryFiles({ a: bytes })));
    const columns = Object.keys(rows[0] ?? {}).length;
    expect(items).toEqual(rows.filter((row) => Object.keys(row).length === columns));
  });
});
