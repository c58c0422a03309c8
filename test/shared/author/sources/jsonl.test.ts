import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { jsonl } from '../../../../shared/author/sources/jsonl.ts';
import { cutContract, itemsOf, memoryFiles, sourceContract } from '../../../contracts/source.contract.ts';

const source = (content: string | Uint8Array, chunkBytes = 65_536, onBadRow: 'fail' | 'skip' = 'fail') =>
  jsonl('a.jsonl', { onBadRow }).over?.(memoryFiles({ 'a.jsonl': content }, chunkBytes)) ?? expect.fail();

describe('jsonl', () => {
  sourceContract(
    'lines',
    (chunk) => source('\uFEFF{"a":"é\\n"}\r\n\n  \n[1,null]\n12345678901234567890\n"😀"', chunk),
    [{ a: 'é\n' }, [1, null], '12345678901234567890', '😀'],
  );
  const LINES = '\uFEFF{"a":"é\\n"}\r\n\n  \n[1,null]\n12\n"😀"\n\n7';
  cutContract('lines', (chunk) => source(LINES, chunk), Buffer.byteLength(LINES));
  sourceContract('wrong lines, left out', (chunk) => source('1\n{\n2\n\uFFFD\n3\n', chunk, 'skip'), [1, 2, 3]);

  test.each([
    ['is no JSON', '1\n\n{"a":}\n', 'Line 3 of "a.jsonl" is not JSON.'],
    ['is of another encoding', Buffer.from('"\xe4"\n', 'latin1'), 'Line 1 of "a.jsonl" holds bytes that are not UTF-8'],
    ['has too many levels', `${'['.repeat(600)}${']'.repeat(600)}`, 'Line 1 of "a.jsonl" has too many levels.'],
    [
      'has a key twice',
      '{"a":1}\n{"a":{"b":1,"\\u0062":2}}',
      'Line 2 of "a.jsonl" has an object with a key that stands twice',
    ],
    ['is too long', `"${'x'.repeat(6_300_000)}"`, 'is longer than 6291456 bytes'],
  ])('says which line %s', async (_, content, message) => {
    await expect(itemsOf(source(content))).rejects.toThrow(message);
  });

  test('keeps what a double and JSON can not hold as texts, and the longest text as it is', async () => {
    const longest = 'ü'.repeat(3_145_700);
    const lines = `{"n":-0,"of":[-0.0,-0.5,0,3544790567247868102,1e999]}\n-0\n"${longest}"\n`;
    expect(await itemsOf(source(lines))).toEqual([
      { n: '-0', of: ['-0.0', -0.5, 0, '3544790567247868102', '1e999'] },
      '-0',
      longest,
    ]);
  });

  test('types items by a schema', async () => {
    const schema = z.object({ n: z.number() });
    const made = jsonl('a', { schema }).over?.(memoryFiles({ a: '{"n":1,"x":2}\n' })) ?? expect.fail();
    const items: { n: number }[] = await itemsOf(made);
    expect(items).toEqual([{ n: 1 }]);
  });

  test('takes what a schema makes that JSON can not hold for a wrong record', async () => {
    const schema = z.object({ price: z.string().transform(Number) });
    const read = (onBadRow: 'fail' | 'skip') =>
      jsonl('a', { schema, onBadRow }).over?.(memoryFiles({ a: '{"price":"1"}\n{"price":"1,5"}\n' })) ?? expect.fail();
    expect(await itemsOf(read('skip'))).toEqual([{ price: 1 }]);
    await expect(itemsOf(read('fail'))).rejects.toThrow(
      `Line 2 of "a" becomes by the schema what JSON can't hold: NaN at $.price.`,
    );
  });

  test.each(['fail', 'skip', 'report'] as const)(
    'refuses an asynchronous schema, whatever onBadRow says: %s',
    async (onBadRow) => {
      const schema = z.object({ n: z.number().refine(async () => false) });
      const made = jsonl('a', { schema, onBadRow }).over?.(memoryFiles({ a: '{"n":1}\n' })) ?? expect.fail();
      await expect(itemsOf(made)).rejects.toThrow('Line 1 of "a" is given to a schema that is asynchronous');
    },
  );
});
