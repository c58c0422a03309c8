import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import type { Source, SourcedItem } from '../../../../shared/author/source.ts';
import { type CsvOptions, csv } from '../../../../shared/author/sources/csv.ts';
import type { CsvRow } from '../../../../shared/author/sources/csv-reader.ts';
import { DefinitionError, SourceDataError } from '../../../../shared/domain/errors.ts';
import type { Json } from '../../../../shared/domain/json.ts';
import {
  cutContract,
  itemsOf,
  memoryFiles,
  readAll,
  sourceContract,
  sourced,
} from '../../../contracts/source.contract.ts';

const source = (content: string | Uint8Array, options: CsvOptions<CsvRow> = {}, chunkBytes = 65_536) =>
  csv('a.csv', options).over?.(memoryFiles({ 'a.csv': content }, chunkBytes)) ?? expect.fail('it reads no files');
const read = (content: string | Uint8Array, options?: CsvOptions<CsvRow>) => itemsOf(source(content, options));

/** Reads the rows of a part of the file, behind a cursor. */
const rowsIn = (of: Source<CsvRow>, from: number, to: number) => async (cursor: Json) => {
  const range = { place: 'a.csv', version: '1', compressed: null, bytes: to, from, to };
  const rows: SourcedItem<CsvRow>[] = [];
  for await (const given of of.read({ params: {}, limit: undefined, range, cursor })) rows.push(sourced(given));
  return rows;
};

const HARD = '\uFEFFname,note\r\n"Ü ""x"", y","two\r\nlines"\r\n\r\nplain,\n😀,"a\nb"\r"last, one",no end';
const HARD_ROWS = [
  { name: 'Ü "x", y', note: 'two\r\nlines' },
  { name: 'plain', note: '' },
  { name: '😀', note: 'a\nb' },
  { name: 'last, one', note: 'no end' },
];
const WRONG = 'a,b\nx"y,0\n1,2\nx"y",3\nx"y,3\n4,5\nq"r,6\n7\n8,9\nz"';
const RIGHT_ROWS = [
  { a: '1', b: '2' },
  { a: '4', b: '5' },
  { a: '8', b: '9' },
];

describe('csv', () => {
  sourceContract('marks, quotes and all ends of lines', (chunk) => source(HARD, {}, chunk), HARD_ROWS);
  sourceContract('rows that are wrong, left out', (chunk) => source(WRONG, { onBadRow: 'skip' }, chunk), RIGHT_ROWS);
  const SHORT = '\uFEFFname,n\r\n"Ü ""x"", y",1\r\n\r\nplain,2\n😀,3\n"last, one",4';
  cutContract(
    'rows without line breaks',
    (chunk) => source(SHORT, { multiline: false }, chunk),
    Buffer.byteLength(SHORT),
  );
  test.each([
    ['a,b\r1,2\r3,4\r5,6\r'],
    ['a,b\n1,2\n3,4\n5,6'],
    ['a,b\r\n1,2\r\n\r\n5,6\r\n'],
    ['a,b\r1,2\r3,4\n5,6\r\n\r7,8\r'],
    ['1,2\r3,4\r\n5,6\n', ['a', 'b']],
  ])(
    'no row of %j is lost or read twice, cut at every byte and read on behind every row',
    async (content, header?: readonly string[]) => {
      const options = header ? { header } : {};
      const whole = await read(content, options);
      const made = source(content, { ...options, multiline: false }, 1);
      for (let place = 0; place <= content.length; place++) {
        const rows: CsvRow[] = [];
        for (const behind of [rowsIn(made, 0, place), rowsIn(made, place, content.length)]) {
          const all = await behind(null);
          for (const [n, { cursor }] of all.entries()) expect(await behind(cursor)).toEqual(all.slice(n + 1));
          rows.push(...all.map(({ item }) => item));
        }
        expect(rows, `cut at byte ${place}`).toEqual(whole);
      }
    },
  );

  test('a line break within quotes, where there is to be none, is found where it lies', async () => {
    const content = 'a,b\n1,2\n3,"4\n5"\n6,7\n';
    await expect(read(content, { multiline: false })).rejects.toThrow(
      'Line 3 of "a.csv" has a line break within quotes',
    );
    expect(await read(content)).toHaveLength(3);
  });

  test('a line break within quotes ends the run wherever the file is cut, also behind a stray quote', async () => {
    for (const content of [
      'a,b\n5" x,"p\n3,4\n6,7"\n1,2\n',
      'a,b,c\nx"y,"p\r\nq",x"y\r\n1,2,3\r\n',
      'a,b\n5" x,"p\nq"',
      'a,b\n"x\ny",1\n"q"r\n',
    ]) {
      const made = source(content, { multiline: false, onBadRow: 'skip' }, 3);
      await expect(itemsOf(made), content).rejects.toThrow('Line 2 of "a.csv" has a line break within quotes');
      for (let place = 0; place <= content.length; place++) {
        const both = rowsIn(made, 0, place)(null).then(() => rowsIn(made, place, content.length)(null));
        await expect(both, `${content} cut at ${place}`).rejects.toThrow(/^Line \d.* a(?: value holds a)? line break/);
      }
    }
  });

  test('what ends a run is named by the byte that its slice begins at, and so is the header by its line', async () => {
    const rows = (content: string) => ({
      of: source(content, { multiline: false }),
      range: {
        ...{ place: 'a.csv', version: '1', compressed: null, bytes: content.length },
        from: 9,
        to: content.length,
      },
    });
    const first = async ({ of, range }: ReturnType<typeof rows>) => {
      for await (const _ of of.read({ params: {}, limit: undefined, range, cursor: null }));
    };
    // Byte 9 is within line 3: what follows it is counted from there.
    const broken = first(rows('a,b\n1,2\n3,4\n"x\ny",5\n'));
    await expect(broken).rejects.toThrow('Line 2 behind byte 9 of "a.csv" has a line break within quotes');
    const header = first(rows('a,"b\nc"\n1,2\n3,4\n'));
    await expect(header).rejects.toThrow('Line 1 of "a.csv" has a line break within quotes');
  });

  test('a large file is cut into slices, which are read in parallel; one whose rows may hold line breaks is one slice', async () => {
    const content = Buffer.from(`n\n${'1\n'.repeat(10_000_000)}`);
    const plan = { params: {}, limit: undefined };
    expect(await source(content, { multiline: false }).plan?.(plan)).toHaveLength(3);
    expect(await source(content).plan?.(plan)).toHaveLength(1);
    expect(await source(content, { multiline: false, encoding: 'utf-16le' }).plan?.(plan)).toHaveLength(1);
  });

  sourceContract('without a header', (chunk) => source('1;2\n3;4', { header: ['a', 'b'], delimiter: ';' }, chunk), [
    { a: '1', b: '2' },
    { a: '3', b: '4' },
  ]);
  sourceContract(
    'another encoding',
    (chunk) => source(Buffer.from('n\r\nÄ\r\nß\r\n', 'utf16le'), { encoding: 'utf-16le' }, chunk),
    [{ n: 'Ä' }, { n: 'ß' }],
  );

  test.each([
    ['only a header', 'a,b\n', []],
    ['nothing', '', []],
    [
      'names that are missing or stand twice',
      'id,,id,id_2,\n1,2,3,4,5\n',
      [{ id: '1', column_2: '2', id_3: '3', id_2: '4', column_5: '5' }],
    ],
    ['empty values behind the last column', 'a\n1,,\n', [{ a: '1' }]],
    [
      '-0, numbers and blanks, as they are',
      'a,b,c\n-0, 1 ,12345678901234567890\n',
      [{ a: '-0', b: ' 1 ', c: '12345678901234567890' }],
    ],
  ])('takes %s', async (_, content, rows) => {
    expect(await read(content)).toEqual(rows);
  });

  test.each([
    ['a row that is short', 'a,b\n1,2\n3\n', 'Line 3 of "a.csv" has 1 values for 2 columns.'],
    [
      'a row that is long, behind lines in quotes',
      'a,b\n"1\n1",2\n3,4,5\n',
      'Line 4 of "a.csv" has 3 values for 2 columns.',
    ],
    [
      'a quote that is not doubled',
      'a\n"x"y\n',
      'Line 2 of "a.csv" has a quote within a quoted value that is not doubled.',
    ],
    ['a quote that begins within a value', 'a\n1\nx"\n', 'Line 3 of "a.csv" has a quote within a value'],
    ['a row behind CRLF in quotes', 'a,b\r\n"x\r\ny\r\nz",2\r\n1\r\n', 'Line 5 of "a.csv" has 1 values'],
    ['a quote behind CRLF in quotes', 'a,b\r\n"x\r\ny",2"\r\n', 'Line 3 of "a.csv" has a quote within a value'],
    ['a closing quote behind CRLF', 'a,b\r\n"x\r\ny"z\r\n', 'Line 3 of "a.csv" has a quote within a quoted value'],
    ['a quote that is not closed', 'a\n1\n"x\n', 'ends the file within a quoted value'],
    ['another encoding', Buffer.from('a\n\xe4\n', 'latin1'), 'Line 2 of "a.csv" holds bytes that are not UTF-8'],
    [
      'names of columns in another encoding',
      Buffer.from('\xe4\n1\n', 'latin1'),
      'The row of column names holds bytes that are not UTF-8',
    ],
  ])('says where %s is', async (_, content, message) => {
    const reading = read(content);
    await expect(reading).rejects.toThrow(message);
    await expect(reading).rejects.toBeInstanceOf(SourceDataError);
  });

  test('names the line where it went on behind a cursor', async () => {
    const made = source('a,b\n1,2\n"3\n3",4\n5\n', {}, 3);
    const [range = null] = (await made.plan?.({ params: {}, limit: undefined })) ?? [];
    const cursors: unknown[] = [];
    const reading = async () => {
      for await (const { cursor } of made.read({ params: {}, limit: undefined, range, cursor: [8, 2, 0] }))
        cursors.push(cursor);
    };
    await expect(reading()).rejects.toThrow('Line 5 of "a.csv"');
    expect(cursors).toEqual([[16, 4, 0]]);
  });

  test('types rows by a schema, and says which field does not fit without its value', async () => {
    const schema = z.object({ n: z.coerce.number().int() });
    const over = (content: string) =>
      csv('a.csv', { schema }).over?.(memoryFiles({ 'a.csv': content })) ?? expect.fail();
    const items: { n: number }[] = await itemsOf(over('n,x\n7,y\n'));
    expect(items).toEqual([{ n: 7 }]);
    await expect(itemsOf(over('n\nsecret\n'))).rejects.toThrow(
      'Line 2 of "a.csv" does not fit the schema: n (invalid_type).',
    );
  });

  test('gives what is wrong in its place, with the line, and goes on behind it', async () => {
    const made = source(WRONG, { onBadRow: 'report' }, 3);
    const [range = null] = (await made.plan?.({ params: {}, limit: undefined })) ?? [];
    const from = async (cursor: Json) => {
      const all: { said: unknown; cursor: Json }[] = [];
      for await (const given of made.read({ params: {}, limit: undefined, range, cursor }))
        all.push({ said: 'item' in given ? given.item.a : given.problem.split(' ')[1], cursor: given.cursor });
      return all;
    };
    const all = await from(null);
    // A row that is wrong by its line, a right one by its first value.
    expect(all.map(({ said }) => said)).toEqual(['2', '1', '4', '5', '4', '7', '8', '8', '10']);
    for (const [place, { cursor }] of all.entries()) expect(await from(cursor)).toEqual(all.slice(place + 1));
  });

  test('counts a wrong row with lines in quotes once, and its lines', async () => {
    const made = source('a,b,c\r\nx"y,"p\r\nq",x"y\r\n1,2\r\n', { onBadRow: 'report' });
    const [range = null] = (await made.plan?.({ params: {}, limit: undefined })) ?? [];
    const said: string[] = [];
    for await (const given of made.read({ params: {}, limit: undefined, range, cursor: null }))
      said.push('item' in given ? 'a row' : given.problem.slice(0, 6));
    expect(said).toEqual(['Line 2', 'Line 4']);
  });

  test.each(['skip', 'report'] as const)(
    'ends the run at names of columns that can not be read (%s)',
    async (onBadRow) => {
      const reading = read('\r\nname, "city"\r\nA,Wien\r\nB,Graz\r\n', { onBadRow });
      await expect(reading).rejects.toThrow('Line 2 of "a.csv" has a quote within a value');
      await expect(reading).rejects.toBeInstanceOf(SourceDataError);
    },
  );

  test('leaves out what is not wanted', async () => {
    expect(await read('n\n1\n2\n3\n', { where: ({ n }) => n !== '2' })).toEqual([{ n: '1' }, { n: '3' }]);
  });

  test('ends a row that never ends before it fills the memory', async () => {
    const long = source(`a\n"${'x'.repeat(7_000_000)}`);
    await expect(readAll(long)).rejects.toThrow('is longer than 6291456 bytes');
  });

  test('refuses wrong options by name', () => {
    expect(() => csv('/etc/passwd')).toThrow(DefinitionError);
    for (const place of ['../a.csv', 'https://a/b.csv', 's3://bucket', 's3://bucket/*', 's3://b_c/a.csv'])
      expect(() => csv(place)).toThrow('source: csv: place');
    expect(csv('s3://companies/in/all.csv').reads).toEqual(['s3://companies/in/all.csv']);
    expect(() => csv('a.csv', { delimiter: '::' })).toThrow('source: csv: delimiter');
    for (const same of [{ delimiter: '"' }, { quote: ',' }, { delimiter: ';', quote: ';' }])
      expect(() => csv('a.csv', same)).toThrow('source: csv: delimiter: must be another character than quote');
    expect(() => csv('a.csv', { delimiter: '"', quote: null })).not.toThrow();
    expect(() => csv('a.csv', { encoding: 'klingon' })).toThrow('source: csv: encoding');
  });

  test('what is written by RFC 4180 is read as it was, in any pieces and from any cursor', async () => {
    const value = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', 'é', '😀', ' ') });
    const rows = fc.array(fc.tuple(value, value), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(rows, fc.integer({ min: 1, max: 20 }), fc.nat(), async (written, chunk, pick) => {
        const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
        const content = ['a,b', ...written.map((row) => row.map(quoted).join(','))].join('\r\n');
        const expected = written.map(([a, b]) => ({ a, b }));
        const made = source(content, {}, chunk);
        const all = await readAll(made);
        expect(all.map(({ item }) => item)).toEqual(expected);
        const from = all.length === 0 ? 0 : pick % all.length;
        const [range = null] = (await made.plan?.({ params: {}, limit: undefined })) ?? [];
        const rest: CsvRow[] = [];
        const cursor = all[from]?.cursor ?? null;
        for await (const given of made.read({ params: {}, limit: undefined, range, cursor }))
          rest.push(sourced(given).item);
        expect(rest).toEqual(cursor === null ? expected : expected.slice(from + 1));
      }),
      { numRuns: 100 },
    );
  });
});
