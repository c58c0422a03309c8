import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Json } from '../../../shared/domain/json.ts';
import { flatJsonBytes } from '../../../shared/domain/json-bytes.ts';

const bytesOf = (value: Json) => Buffer.byteLength(JSON.stringify(value));

test('of a flat object of plain values they are those of its text', () => {
  const plain = fc.string({ unit: fc.constantFrom('a', 'Z', '7', ' ', '!', '#', '[', ']', '~', '\x7f', '/') });
  const value = fc.oneof(
    plain,
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
  );
  fc.assert(
    fc.property(fc.dictionary(plain, value, { noNullPrototype: true }), (object) => {
      expect(flatJsonBytes(object)).toBe(bytesOf(object));
    }),
  );
});

test('of any other value they are those of its text, or not known', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.jsonValue(), fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }))),
      (json) => {
        const value: Json = JSON.parse(JSON.stringify(json));
        expect([bytesOf(value), null]).toContain(flatJsonBytes(value));
      },
    ),
  );
});

test.each<[string, Json]>([
  ['a text', 'a'],
  ['a list', [1]],
  ['null', null],
  ['a nested value', { a: { b: 1 } }],
  ['a quote', { a: '"' }],
  ['a backslash', { a: 'C:\\' }],
  ['a line break', { a: '\n' }],
  ['a letter of two bytes', { a: 'ü' }],
  ['a name with one', { ü: 1 }],
])('of %s they are not known', (_, value) => {
  expect(flatJsonBytes(value)).toBeNull();
});
