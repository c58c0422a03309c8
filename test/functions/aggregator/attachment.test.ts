import { gunzipSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { attachmentOf } from '../../../functions/aggregator/attachment.ts';

/** As report.csv is put together: of members. */
const members = (...texts: string[]) => Buffer.concat(texts.map((text) => gzipSync(text)));

test('a small report is attached as it is, with the mark by which a spreadsheet knows UTF-8', () => {
  expect(attachmentOf('march', members('id,city\n', '0-0.0.0,Größe\n'))).toEqual({
    name: 'march.csv',
    contentType: 'text/csv; charset=utf-8',
    content: Buffer.from('\ufeffid,city\n0-0.0.0,Größe\n'),
  });
});

test('one above a megabyte stays compressed', () => {
  const text = 'x'.repeat(1_048_577);
  const { name, content } = attachmentOf('march', members(text));
  expect(name).toBe('march.csv.gz');
  expect(gunzipSync(content).toString()).toBe(`\ufeff${text}`);
});
