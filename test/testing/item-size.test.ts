import { expect, test } from 'vitest';
import { B, N, NS, S } from '../../shared/adapters/dynamodb/attributes.ts';
import { itemBytes } from '../../testing/item-size.ts';
import { numbers } from '../contracts/fixtures.ts';

test.each([
  ['a text, in UTF-8', { name: S('Zürich') }, 4 + 7],
  ['an empty text', { name: S('') }, 4],
  ['bytes', { p: B(new Uint8Array(100)) }, 1 + 100],
  ['a name beyond ASCII', { größe: S('1') }, 7 + 1],
  ['zero', { n: N(0) }, 1 + 1],
  ['one digit', { n: N(7) }, 1 + 2],
  ['two digits', { n: N(42) }, 1 + 2],
  ['three digits', { n: N(123) }, 1 + 3],
  ['trailing zeros, which are no digits of its own', { n: N(12_000) }, 1 + 2],
  ['a minus', { n: N(-42) }, 1 + 3],
  ['a set of numbers', { done: NS([1, 22, 100]) }, 4 + 6],
  ['a set of texts', { flags: { SS: ['ab', 'ö'] } }, 5 + 4],
  ['several attributes', { a: S('x'), b: N(1) }, 2 + 3],
])('%s', (_, item, bytes) => {
  expect(itemBytes(item)).toBe(bytes);
});

test('a block of 256 finished children is less than a write unit', () => {
  expect(itemBytes({ done: NS(numbers(256)) })).toBeLessThan(700);
});

test('a type that no store uses is refused', () => {
  expect(() => itemBytes({ flag: { BOOL: true } })).toThrow(TypeError);
});
