import { expect, test } from 'vitest';
import { listIn } from '../../../../../shared/adapters/sources/postgres/array-text.ts';

test.each([
  ['{}', []],
  ['{a}', ['a']],
  ['{1,NULL,3}', ['1', null, '3']],
  ['{"NULL","",null}', ['NULL', '', 'null']],
  [String.raw`{"a \"b\", {c}","\\d",é😀}`, ['a "b", {c}', String.raw`\d`, 'é😀']],
  [
    '{{1,2},{3,NULL}}',
    [
      ['1', '2'],
      ['3', null],
    ],
  ],
  ['[0:1]={x,y}', ['x', 'y']],
])('%s', (text, expected) => {
  expect(listIn(text, String)).toEqual(expected);
});

test('each element is made JSON of', () => {
  expect(listIn('{{1},{2}}', Number)).toEqual([[1], [2]]);
});

test.each(['{"a', '{a', '{', ''])('text that ends early ends: %s', (text) => {
  expect(() => listIn(text, String)).not.toThrow();
});
