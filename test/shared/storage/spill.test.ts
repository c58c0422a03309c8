import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isPointer } from '../../../shared/domain/held.ts';
import { SIZES } from '../../../shared/domain/limits.ts';
import { hold, release } from '../../../shared/storage/spill.ts';
import { MemoryObjects } from '../../../testing/objects.ts';

const key = (() => {
  let n = 0;
  return () => `march/items/${n++}.json`;
})();

test('any JSON comes back as it was', async () => {
  const objects = new MemoryObjects();
  await fc.assert(
    fc.asyncProperty(fc.json(), async (text) => {
      const { held } = await hold(objects, key, text);
      expect(await release(objects, held)).toEqual(JSON.parse(text));
    }),
  );
});

test('what is small is held inline, without a request, and takes its bytes', async () => {
  const objects = new MemoryObjects();
  expect(await hold(objects, key, '{"a":"Zürich"}')).toEqual({ held: { a: 'Zürich' }, bytes: 15 });
  expect(await hold(objects, key, JSON.stringify('東京'.repeat(100)))).toMatchObject({ bytes: 602 });
  expect(objects.keys()).toEqual([]);
});

test('what is large goes to an object of its own, counted in bytes of UTF-8', async () => {
  const objects = new MemoryObjects();
  const inline = JSON.stringify('x'.repeat(SIZES.inlineBytes - 2));
  expect(isPointer((await hold(objects, key, inline)).held)).toBe(false);
  for (const text of ['x'.repeat(SIZES.inlineBytes - 1), 'é'.repeat(SIZES.inlineBytes / 2), '東'.repeat(11_000)]) {
    const { held, bytes } = await hold(objects, key, JSON.stringify(text));
    expect(isPointer(held)).toBe(true);
    expect(bytes).toBeGreaterThanOrEqual(JSON.stringify(held).length);
    expect(bytes).toBeLessThan(100);
    expect(await release(objects, held)).toBe(text);
  }
  expect(objects.keys()).toHaveLength(3);
});

test('a value that looks like a pointer is not taken for one: no answer can name another object', async () => {
  const objects = new MemoryObjects();
  await objects.put('secret.json', '"secret"');
  const { held } = await hold(objects, key, '{"$object":"secret.json"}');
  expect(held).not.toEqual({ $object: 'secret.json' });
  expect(await release(objects, held)).toEqual({ $object: 'secret.json' });
});
