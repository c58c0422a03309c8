import { expect, test } from 'vitest';
import { jsonLines } from '../../../../shared/author/outputs/json-lines.ts';
import { parquet } from '../../../../shared/author/outputs/parquet.ts';

const of = () => 'x';

test.each([
  ['parquet: a column', () => parquet({ columns: { city: 'string', country: 'string' }, partitionBy: 'country' })],
  ['parquet: its case aside', () => parquet({ columns: { Country: 'string' }, partitionBy: ['year', 'country'] })],
  ['jsonLines: a column', () => jsonLines({ columns: ['city', { name: 'country', of }], partitionBy: 'country' })],
  ['jsonLines: one it has by default', () => jsonLines({ partitionBy: { name: 'status', of } })],
  ['two folders of one name', () => jsonLines({ partitionBy: ['country', { name: 'country', of }] })],
])('what names a folder and something else is refused: %s', (_, make) => {
  expect(make).toThrow(/partitionBy: names "(country|status)", which is a column or an earlier folder too/);
});

test('a folder whose name is no text is refused', () => {
  const message = 'partitionBy: must have a name without half of a surrogate pair';
  expect(() => jsonLines({ partitionBy: 'a\uD800' })).toThrow(message);
  expect(() => parquet({ columns: { a: 'string' }, partitionBy: { name: '\uDC00', of } })).toThrow(message);
});

test('folders beside the columns are taken', () => {
  expect(jsonLines({ columns: ['city'], partitionBy: ['country', '😀'] }).partitionBy).toMatchObject([
    { name: 'country' },
    { name: '😀' },
  ]);
});
