import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Json } from '../../../shared/domain/json.ts';
import { mayMention, mentions, wantedOf } from '../../../shared/domain/mentions.ts';

test.each<[Json, string]>([
  ['Ann', 'Ann'],
  [{ person: { names: ['Zoë', 'Ann Lee'] } }, 'Ann'],
  [{ ann: 1 }, 'ann'],
  [17, '17'],
  [{ id: 17.5 }, '17.5'],
  ['Dear Ann, your number is (AB-12).', 'AB-12'],
  ['Anna and Ann', 'Ann'],
  ['𝒜nn Ann𝟙 🌳Ann🌳', 'Ann'],
  ['say "hi"\n', '"hi"'],
  // Decomposed and composed.
  ['Zoe\u0308 Lee', 'Zo\u00eb'],
  ['Zo\u00eb Lee', 'Zoe\u0308'],
  ['Ann', ' Ann\n'],
])('%j mentions %s', (value, text) => {
  expect(mentions(value, wantedOf([text]))).toBe(true);
  expect(mayMention(JSON.stringify(value), wantedOf([text]))).toBe(true);
});

test.each<[Json, string]>([
  ['Anna', 'Ann'],
  ['JoAnn', 'Ann'],
  ['ann', 'Ann'],
  [3175, '17'],
  ['AB-123', 'AB-12'],
  ['Ann𝟙', 'Ann'],
  ['Anné', 'Ann'],
  [{ n: null, yes: true, none: [] }, 'Ann'],
])('%j does not mention %s', (value, text) => expect(mentions(value, wantedOf([text]))).toBe(false));

test('what mentions a text holds it in its JSON too', () => {
  const text = fc
    .string({
      unit: fc.constantFrom('a', '7', 'é', '"', '\\', '\n', '𝒜', ' '),
      minLength: 1,
      maxLength: 5,
    })
    .filter((said) => said.trim() !== '');
  const around = fc.string({ unit: fc.constantFrom(' ', '"', '\\', '-', '🌳') });
  fc.assert(
    fc.property(around, text, around, (a, said, b) => {
      const value = { deep: [{ said: a + said + b }] };
      expect(mentions(value, wantedOf([said]))).toBe(true);
      expect(mayMention(JSON.stringify(value), wantedOf([said]))).toBe(true);
    }),
  );
});
