import { describe, expect, test } from 'vitest';
import { json } from '../../../../shared/author/sources/json.ts';
import { itemsOf, memoryFiles, sourceContract } from '../../../contracts/source.contract.ts';

const source = (content: string | Uint8Array, chunkBytes = 65_536, onBadRow: 'fail' | 'skip' = 'fail') =>
  json('a.json', { onBadRow }).over?.(memoryFiles({ 'a.json': content }, chunkBytes)) ?? expect.fail();

sourceContract(
  'an array',
  (chunk) =>
    source(
      '\uFEFF\n[ {"a,]":"é\\"]\\\\","b":[[],{}]},\r\n[1,null]\n,"x,\\\\"  ,12345678901234567890,true,\n"😀"\n]\n',
      chunk,
    ),
  [{ 'a,]': 'é"]\\', b: [[], {}] }, [1, null], 'x,\\', '12345678901234567890', true, '😀'],
);
sourceContract('an array on a single line', (chunk) => source('[1]', chunk), [1]);
sourceContract('an empty array', (chunk) => source(' [ ] ', chunk), []);
sourceContract('wrong elements, left out', (chunk) => source('[1,\n"\uFFFD",2]', chunk, 'skip'), [1, 2]);

test.each([
  ['holds no array', '{"items":[1]}', 'Line 1 of "a.json" does not begin an array'],
  ['is empty', '', 'Line 1 of "a.json" ends the file within the array'],
  ['ends within an element', '[1,\n{"a":', 'Line 2 of "a.json" ends the file within the array'],
  ['ends behind an element', '[1\n', 'Line 2 of "a.json" ends the file within the array'],
  ['has an element too few', '[1,\n,2]', 'Line 2 of "a.json" is not JSON'],
  ['has a comma too many', '[1,\n]', 'Line 2 of "a.json" is not JSON'],
  ['begins with a comma', '[,1]', 'Line 1 of "a.json" is not JSON'],
  ['lacks a comma', '[1,\n{"a":1}\n{"b":2}]', 'Line 2 of "a.json" is not JSON'],
  ['closes what is not open', '[1\n}', 'Line 2 of "a.json" is not JSON'],
  ['closes what is open otherwise', '[\n{"a":[1}},2]', 'Line 2 of "a.json" is not JSON'],
  ['goes on behind its array', '[1]\n[2]', 'Line 2 of "a.json" is not JSON'],
  ['has too many levels', `[1,\n${'['.repeat(600)}${']'.repeat(600)}]`, 'Line 2 of "a.json" has too many levels.'],
  [
    'has an item that is too long',
    `[\n"${'x'.repeat(6_300_000)}"]`,
    'Line 2 of "a.json" begins an item of more than 6291456 bytes',
  ],
])('a file that %s is refused with its line', async (_, content, message) => {
  await expect(itemsOf(source(content))).rejects.toThrow(message);
  // Bytes that come one by one say the same.
  if (content.length < 1_000) await expect(itemsOf(source(content, 1))).rejects.toThrow(message);
});

describe('documents', () => {
  const documents = (content: string | Uint8Array, chunkBytes = 65_536, onBadRow: 'fail' | 'skip' = 'fail') =>
    json('a.json', { document: true, onBadRow }).over?.(memoryFiles({ 'a.json': content }, chunkBytes)) ??
    expect.fail();
  const VALUE = { id: 'é', lines: [1, '12345678901234567890', { 'a\nb': null }] };

  sourceContract(
    'a pretty-printed object',
    (chunk) => documents(`\uFEFF${JSON.stringify(VALUE, null, 2)}\r\n`, chunk),
    [VALUE],
  );
  sourceContract('an array', (chunk) => documents('[1,\n2]', chunk), [[1, 2]]);
  sourceContract('a wrong one, left out', (chunk) => documents('{"a":1}\n{"a":2}', chunk, 'skip'), []);

  test.each([
    ['is empty', '', 'is not JSON.'],
    ['holds two', '{\n}\n{}', 'is not JSON.'],
    ['has a key twice', '{"a":1,\n"a":2}', 'has an object with a key that stands twice'],
    ['is too long', `["${'x'.repeat(6_300_000)}"]`, 'is an item of more than 6291456 bytes.'],
  ])('a file that %s is a wrong record, which has no line', async (_, content, message) => {
    await expect(itemsOf(documents(content))).rejects.toThrow(new RegExp(`^"a\\.json" ${message}`));
    expect(await itemsOf(documents(content, 65_536, 'skip'))).toEqual([]);
  });
});
