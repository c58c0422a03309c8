import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jsonText } from '../../../shared/domain/json.ts';
import { jsonProblem } from '../../../shared/domain/json-problem.ts';
import { SIZES } from '../../../shared/domain/limits.ts';

const sparse: unknown[] = [1];
sparse[2] = 3;

class Money {
  readonly cents = 5;
}

class Rows extends Array<number> {
  toJSON() {
    return 'rows';
  }
}

const withKey = (key: string, value: unknown) => ({ [key]: value });

describe('what JSON would refuse, leave out or change is named with its place', () => {
  test.each<[value: unknown, what: string, path: string]>([
    [undefined, 'undefined', ''],
    [Number.NaN, 'NaN', ''],
    [Number.POSITIVE_INFINITY, 'Infinity', ''],
    [{ price: Number.NEGATIVE_INFINITY }, '-Infinity', '.price'],
    [{ prices: [1, { net: Number.NaN }] }, 'NaN', '.prices[1].net'],
    [[undefined], 'undefined', '[0]'],
    [sparse, 'undefined', '[1]'],
    [{ id: 7n }, 'a bigint (give its text)', '.id'],
    [{ distance: () => 1 }, 'a function', '.distance'],
    [[Symbol('x')], 'a symbol', '[0]'],
    [{ at: new Date(0) }, 'an instance of Date (give its text, as of toISOString())', '.at'],
    [Promise.resolve(1), 'an instance of Promise (an await is missing)', ''],
    [new Map([[1, 2]]), 'an instance of Map (give a plain object or list)', ''],
    [new Set([1]), 'an instance of Set (give a plain object or list)', ''],
    [/x/, 'an instance of RegExp (give a plain object or list)', ''],
    [new Error('x'), 'an instance of Error (give a plain object or list)', ''],
    [new URL('http://x'), 'an instance of URL (give a plain object or list)', ''],
    [new Uint8Array(2), 'an instance of Uint8Array (give a plain object or list)', ''],
    [Buffer.from('x'), 'an instance of Buffer (give a plain object or list)', ''],
    [Object('text'), 'an instance of String (give a plain object or list)', ''],
    [new Money(), 'an instance of Money (give a plain object or list)', ''],
    [new Rows(), 'an instance of Rows (give a plain object or list)', ''],
    [Object.create({ inherited: 1 }), 'an instance of Object (give a plain object or list)', ''],
    [runInNewContext('new Map()'), 'an instance of Map (give a plain object or list)', ''],
    [{ toJSON: () => 1 }, 'a function', '.toJSON'],
    [Math, 'the object Math (give a plain object or list)', ''],
    [{ by: [Intl] }, 'the object Intl (give a plain object or list)', '.by[0]'],
    [
      { found: 'ab'.match(/(?<x>a)/) },
      "a regular expression's match (give its texts, [...match], and match.groups beside them)",
      '.found',
    ],
    // A key that isn't a field's name may be somebody's.
    [{ 'a@b.example': 1, 'c@d.example': Number.NaN }, 'NaN', '[key 2]'],
    [withKey('__proto__', Number.NaN), 'NaN', '.__proto__'],
  ])('%o', (value, what, path) => {
    expect(jsonProblem(value, 1_000)).toEqual({ what, path });
  });
});

describe('what is only sent may hold instances, as JSON writes them', () => {
  test.each<[value: unknown, text: string]>([
    [{ at: new Date(0) }, '{"at":"1970-01-01T00:00:00.000Z"}'],
    [new URL('http://x'), '"http://x/"'],
    [[new Money()], '[{"cents":5}]'],
    [new Rows(), '"rows"'],
    ['ab'.match(/a/), '["a"]'],
  ])('%o', (value, text) => {
    expect(jsonText('the body', value, 'written')).toBe(text);
  });

  test.each<[value: unknown, what: string, path: string]>([
    [{ at: new Date(Number.NaN) }, 'an instance of Date (give its text, as of toISOString())', '.at'],
    [[Promise.resolve(1)], 'an instance of Promise (an await is missing)', '[0]'],
    [new Map([[1, 2]]), 'an instance of Map (give a plain object or list)', ''],
    [new Uint8Array(2), 'an instance of Uint8Array (give a plain object or list)', ''],
    [Object.assign(new Error('x'), { code: 5 }), 'an instance of Error (give a plain object or list)', ''],
    [Math, 'the object Math (give a plain object or list)', ''],
    [{ n: Number.NaN }, 'NaN', '.n'],
    [Object.assign(new Money(), { net: Number.NaN }), 'NaN', '.net'],
    [{ nested: { toJSON: () => ({ id: 1n }) } }, 'a function', '.nested.toJSON'],
  ])('but not %o', (value, what, path) => {
    expect(jsonProblem(value, 1_000, 'written')).toEqual({ what, path });
  });
});

test.each<[value: unknown]>([
  [null],
  [[]],
  [{ a: undefined, b: 1 }],
  [-0],
  [Number.MAX_VALUE],
  [2 ** 63],
  ['\ud800'],
  [Object.assign(Object.create(null), { a: 1 })],
  [runInNewContext('({ a: [1] })')],
  [{ of: [...(/(?<x>a)/.exec('ab') ?? [])], groups: /(?<x>a)/.exec('ab')?.groups }],
  [JSON.parse('{"__proto__": {"a": 1}, "constructor": 5, "toJSON": "x"}')],
])('%o is taken, and reads back equal', (value) => {
  expect(jsonProblem(value, 1_000)).toBeNull();
  const read: unknown = JSON.parse(jsonText('x', value));
  // A property that is undefined equals an absent one, and -0 is 0.
  if (typeof value === 'number') expect(read === value).toBe(true);
  else expect(read).toEqual(value);
});

test('whatever JSON can say is taken, and what comes back is the same', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(JSON.parse(jsonText('x', value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

describe('sizes', () => {
  test('the limit is taken, and one byte more is refused with it', () => {
    expect(jsonText('item 1', 'x'.repeat(SIZES.jsonBytes - 2))).toHaveLength(SIZES.jsonBytes);
    const said = 'item 1 is too large; allowed are 6291456 bytes of JSON.';
    expect(() => jsonText('item 1', 'x'.repeat(SIZES.jsonBytes - 1))).toThrow(said);
    expect(() => jsonText('item 1', 'ü'.repeat(SIZES.jsonBytes / 2))).toThrow(said);
    expect(() => jsonText('item 1', '\n'.repeat(SIZES.jsonBytes / 2))).toThrow(said);
  });

  test.each<[what: string, make: () => unknown]>([
    ['a text of 100 MB', () => ({ text: 'x'.repeat(100_000_000) })],
    ['seven million zeros', () => Array(7_000_000).fill(0)],
    ['a list that says it has four thousand million places', () => Array(2 ** 32 - 1).fill(0, 0, 1)],
    ['thirty objects that hold each other a billion times', () => doubled(30)],
    ['keys of 9 MB', () => ({ ['x'.repeat(9_000_000)]: 1 })],
  ])('%s is refused, and not written first', (_, make) => {
    expect(() => jsonText('item 1', make())).toThrow(/^item 1 (is too large|has undefined at \$\[1\])/);
  });
});

/** An object that holds the next one twice, and so on. */
function doubled(times: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < times; i++) value = { a: value, b: value };
  return value;
}

test('objects in a circle are refused', () => {
  const circle: Record<string, unknown> = { name: 'Ada' };
  circle.itself = [circle];
  expect(() => jsonText('item 1', circle)).toThrow(
    'item 1 is nested too deep, or in a circle; allowed are 500 levels of lists and objects.',
  );
});

test('a place far within is shown in part', () => {
  let value: unknown = Number.NaN;
  for (let i = 0; i < 200; i++) value = { field: value };
  expect(() => jsonText('item 1', value)).toThrow(/^item 1 has NaN at \$(\.field){33}.*…; allowed is what JSON holds/);
});
