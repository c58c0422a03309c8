import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isPointer, mustSpill } from '../../../shared/domain/held.ts';
import type { Json } from '../../../shared/domain/json.ts';
import { SIZES } from '../../../shared/domain/limits.ts';

test.each([
  [{ $object: 'run/items/1.json' }, true],
  [{ $object: '' }, true],
  [{ $object: 'a', more: 1 }, true],
  [{ $object: 7 }, false],
  [{ object: 'a' }, false],
  [['$object'], false],
  ['$object', false],
  [null, false],
  [0, false],
])('%j is a pointer: %s', (value, pointer) => {
  expect(isPointer(value)).toBe(pointer);
});

test('what is large goes to an object; 32 KiB exactly does not', () => {
  expect(mustSpill('x', SIZES.inlineBytes)).toBe(false);
  expect(mustSpill('x', SIZES.inlineBytes + 1)).toBe(true);
});

test('a value that looks like a pointer is never held inline, so a held one is always what it seems', () => {
  expect(mustSpill({ $object: 'https://elsewhere' }, 30)).toBe(true);
  const json = fc.letrec<{ value: Json }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 2 },
      fc.string(),
      fc.integer(),
      fc.constant(null),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom('$object', 'object', 'a'), tie('value'), { maxKeys: 3, noNullPrototype: true }),
    ),
  })).value;
  fc.assert(
    fc.property(json, (value) => {
      const looks = typeof value === 'object' && value !== null && typeof Reflect.get(value, '$object') === 'string';
      expect(mustSpill(value, 10)).toBe(looks);
    }),
  );
});
