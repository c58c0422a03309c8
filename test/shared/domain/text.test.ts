import fc from 'fast-check';
import { expect, test } from 'vitest';
import { beginning, boundedName, shortened } from '../../../shared/domain/text.ts';

const FAMILY = '👨‍👩‍👧‍👦';
const characters = (text: string) => [...new Intl.Segmenter('en').segment(text)].map(({ segment }) => segment);
/** Texts of whole characters of many units, as names hold them. */
const texts = fc
  .array(fc.constantFrom('a', 'é', 'e\u0301', '👍🏽', FAMILY, '🇦🇺', '東', 'ש', ' '), { maxLength: 60 })
  .map((list) => list.join(''));

test.each([
  ['abc', 2, 'ab'],
  ['abc', 3, 'abc'],
  ['a👍🏽', 3, 'a'],
  ['a👍🏽', 4, 'a'],
  ['a👍🏽', 5, 'a👍🏽'],
  [`x${FAMILY}`, 11, 'x'],
  ['🇦🇺🇦🇹', 6, '🇦🇺'],
  ['e\u0301e\u0301', 3, 'e\u0301'],
])('%j begins, within %i units, with %j', (text, units, expected) => {
  expect(beginning(text, units)).toBe(expected);
});

test('a beginning is the longest run of whole characters that fits', () => {
  fc.assert(
    fc.property(texts, fc.nat(80), (text, units) => {
      let expected = '';
      for (const character of characters(text)) {
        if (expected.length + character.length > units) break;
        expected += character;
      }
      expect(beginning(text, units)).toBe(expected);
    }),
  );
});

test('what is shortened has as many characters as asked for at most, all of them whole', () => {
  fc.assert(
    fc.property(texts, fc.integer({ min: 1, max: 70 }), (text, length) => {
      const all = characters(text);
      const expected = all.length > length ? `${all.slice(0, length - 1).join('')}…` : text;
      expect(shortened(text, length)).toBe(expected);
    }),
  );
});

test('accents without end are cut as well', () => {
  const zalgo = `Z${'\u0301'.repeat(100_000)}`;
  expect(shortened(zalgo + zalgo, 10).length).toBeLessThan(200);
});

test('long texts that differ keep different names, of a length that is bounded', () => {
  const start = 'The same beginning, '.repeat(20);
  const names = [`${start}one`, `${start}two`, `${start}one `, start].map((text) => boundedName(text, 200));
  expect(new Set(names).size).toBe(4);
  for (const name of names) {
    expect(name.length).toBeLessThanOrEqual(200);
    expect(name.startsWith('The same beginning, The')).toBe(true);
  }
  expect(boundedName('x'.repeat(200), 200)).toBe('x'.repeat(200));
  expect(boundedName(`${start}one`, 200)).toBe(names[0]);
});

test('a hundred thousand long texts have as many names', () => {
  const start = 'x'.repeat(300);
  const names = new Set(Array.from({ length: 100_000 }, (_, i) => boundedName(`${start}${i}`, 200)));
  expect(names.size).toBe(100_000);
});
