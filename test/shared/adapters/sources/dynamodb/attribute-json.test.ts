import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { jsonOf, recordOf } from '../../../../../shared/adapters/sources/dynamodb/attribute-json.ts';
import type { Json } from '../../../../../shared/domain/json.ts';

test.each<[AttributeValue, Json]>([
  [{ S: 'a' }, 'a'],
  [{ N: '9007199254740991' }, 9_007_199_254_740_991],
  [{ N: '9007199254740993' }, '9007199254740993'],
  [{ N: '12345678901234567890123456789012345678' }, '12345678901234567890123456789012345678'],
  [{ N: '-0.1' }, -0.1],
  [{ N: '0' }, 0],
  [{ N: '0.12345678901234566' }, 0.12345678901234566],
  [{ N: '0.123456789012345678901' }, '0.123456789012345678901'],
  [{ N: '1.00000000000000000000000000000000000001E-7' }, '1.00000000000000000000000000000000000001E-7'],
  [{ N: '1E+125' }, 1e125],
  [{ BOOL: false }, false],
  [{ NULL: true }, null],
  [{ B: Buffer.from('ü') }, 'w7w='],
  [{ M: { a: { L: [{ S: 'b' }, { M: {} }] } } }, { a: ['b', {}] }],
  [{ SS: ['x', 'y'] }, ['x', 'y']],
  [{ NS: ['9007199254740993', '1'] }, ['9007199254740993', 1]],
  [{ BS: [Buffer.from('z')] }, ['eg==']],
])('%j', (attribute, expected) => {
  expect(jsonOf(attribute)).toEqual(expected);
});

test('an attribute may have any name', () => {
  const item = JSON.parse('{"__proto__":{"S":"a"},"constructor":{"S":"b"}}');
  expect(JSON.stringify(recordOf(item))).toBe('{"__proto__":"a","constructor":"b"}');
});
