import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jsonText, readItem, readItems, readJson } from '../../../shared/domain/json.ts';
import { isTooDeep, MAX_DEPTH, quoteInexact } from '../../../shared/domain/json-scan.ts';

const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

describe('levels', () => {
  test.each([
    ['as many as allowed', nested(MAX_DEPTH), false],
    ['one more', nested(MAX_DEPTH + 1), true],
    ['a million', nested(1_000_000), true],
    ['objects', `${'{"a":'.repeat(MAX_DEPTH + 1)}1${'}'.repeat(MAX_DEPTH + 1)}`, true],
    ['many side by side', `[${'[[]],'.repeat(2_000)}1]`, false],
    ['brackets within a text', JSON.stringify('['.repeat(5_000)), false],
    ['brackets behind a quote within a text', JSON.stringify(`"\\"${'['.repeat(5_000)}`), false],
    ['brackets behind a text that ends in a backslash', `["\\\\",${nested(MAX_DEPTH)}]`, true],
    ['a text that never ends', `"${'['.repeat(5_000)}`, false],
    ['a text of backslashes', `"${'\\'.repeat(100_000)}"`, false],
  ])('%s', (_, text, expected) => {
    expect(isTooDeep(text)).toBe(expected);
  });

  test('are those of the value, whatever stands in its texts', () => {
    const depthOf = (value: unknown): number =>
      typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;
    fc.assert(
      fc.property(fc.jsonValue(), fc.integer({ min: MAX_DEPTH - 3, max: MAX_DEPTH }), (value, around) => {
        const text = '['.repeat(around) + JSON.stringify(value) + ']'.repeat(around);
        expect(isTooDeep(text)).toBe(around + depthOf(value) > MAX_DEPTH);
      }),
    );
  });

  test("too many of a user's value are refused, in words that quote nothing", () => {
    let deep: unknown = 'secret';
    for (let i = 0; i <= MAX_DEPTH; i++) deep = [deep];
    expect(() => jsonText('item 3', deep)).toThrow(
      'item 3 is nested too deep, or in a circle; allowed are 500 levels of lists and objects.',
    );
    for (let i = 0; i < 100_000; i++) deep = [deep];
    expect(() => jsonText('item 3', deep)).toThrow(/^item 3 is nested too deep/);
  });
});

/** The whole number that JavaScript or JSON writes so. */
function wholeOf(text: string): bigint {
  const [mantissa = '', exponent = '0'] = text.split('e+');
  const [whole = '', fraction = ''] = mantissa.split('.');
  return BigInt(whole + fraction) * 10n ** BigInt(Number(exponent) - fraction.length);
}

describe('numbers', () => {
  test.each([
    ['340434161094015902', '"340434161094015902"'],
    ['9007199254740993', '"9007199254740993"'],
    ['-9007199254740993', '"-9007199254740993"'],
    ['9007199254740993.0', '"9007199254740993.0"'],
    ['9e999', '"9e999"'],
    ['-1E+400', '"-1E+400"'],
    ['1e-999', '"1e-999"'],
    ['12345678.123456789012e20', '"12345678.123456789012e20"'],
    ['{"id":3544790567247868102,"n":1}', '{"id":"3544790567247868102","n":1}'],
    ['[1,\n3544790567247868102]', '[1,\n"3544790567247868102"]'],
    ['{"3544790567247868102":3544790567247868103}', '{"3544790567247868102":"3544790567247868103"}'],
  ])('a double can not hold, in %s, become text', (text, quoted) => {
    expect(quoteInexact(text)).toBe(quoted);
  });

  test.each([
    ['0'],
    ['-0'],
    ['0e999'],
    ['9007199254740991'],
    ['9007199254740992'],
    ['10000000000000000000000'],
    ['1e22'],
    ['1.50e300'],
    ['0.30000000000000004'],
    ['3.14159265358979323846'],
    ['1e-300'],
    ['[151.20732000000001,-33.86785]'],
    ['"3544790567247868102"'],
    ['{"text":", 3544790567247868102"}'],
    ['["a \\", 3544790567247868102"]'],
  ])('a double holds, or texts, as in %s, stay', (text) => {
    expect(quoteInexact(text)).toBe(text);
  });

  test('that JavaScript writes stay as they are', () => {
    const numbers = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), numbers), (value) => {
        expect(quoteInexact(JSON.stringify(value))).toBe(JSON.stringify(value));
      }),
    );
  });

  test('that are whole come back to the digit, wherever they stand', () => {
    fc.assert(
      fc.property(fc.oneof(fc.bigInt({ min: -(10n ** 19n), max: 10n ** 19n }), fc.bigInt()), fc.string(), (id, key) => {
        const reading = readJson(`{${JSON.stringify(key)}: [${id}]}`);
        const [read] = 'value' in reading ? Object.values(reading.value ?? {}).flat() : [];
        expect(wholeOf(String(read))).toBe(id);
      }),
    );
  });
});

test.each([
  ['a key that would set a prototype', '{"__proto__":{"a":1}}'],
  ['half a surrogate pair', '["\\ud800"]'],
])('%s is read and written as it is', (_, text) => {
  const reading = readJson(text);
  expect('value' in reading && JSON.stringify(reading.value)).toBe(text);
});

test.each(['', '{', '01', '1e', '-', '[1,]', '\ufeff{}', '3544790567247868102 1'])('%j is no JSON', (text) => {
  expect(readJson(text)).toEqual({ problem: 'invalid-json' });
});

describe('items', () => {
  const spaced = fc.constantFrom(undefined, 1, '\t');

  test('are read as they are, however they are written', () => {
    fc.assert(
      fc.property(fc.jsonValue(), spaced, (json, space) => {
        expect(readItem(JSON.stringify(json, null, space))).toEqual({ value: JSON.parse(JSON.stringify(json)) });
      }),
    );
  });

  test('with a key twice are refused, wherever it stands and however it is written', () => {
    const key = fc.string({ minLength: 1, maxLength: 3, unit: 'grapheme' });
    fc.assert(
      fc.property(fc.jsonValue(), key, fc.boolean(), fc.nat(3), spaced, (json, name, escaped, depth, space) => {
        const units = Array.from({ length: name.length }, (_, n) => name.charCodeAt(n).toString(16).padStart(4, '0'));
        const again = escaped ? `"${units.map((unit) => `\\u${unit}`).join('')}"` : JSON.stringify(name);
        const twice = `{${JSON.stringify(name)}:${JSON.stringify(json, null, space)},${again} : 1}`;
        const text = `${'[{"in":'.repeat(depth)}${twice}${'}]'.repeat(depth)}`;
        expect(readItem(text)).toEqual({ problem: 'duplicate-key' });
        const place = Array.from({ length: depth }, () => [0, 'in']).flat();
        expect(readItems(`[true,${text}]`)).toHaveProperty('twice', [[1, ...place]]);
        expect(readJson(text)).toHaveProperty('value');
      }),
    );
  });
});
