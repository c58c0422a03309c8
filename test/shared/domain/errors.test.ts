import { expect, test } from 'vitest';
import * as z from 'zod';
import {
  DefinitionError,
  InputError,
  kindOf,
  MicroprocessError,
  NotJsonError,
  RunConflictError,
  show,
} from '../../../shared/domain/errors.ts';

test.each([
  ['text is quoted', 'a "b"', '"a \\"b\\""'],
  ['lines stay one line', 'a\nb', '"a\\nb"'],
  ['undefined', undefined, 'undefined'],
  ['a function', () => 1, 'a function'],
  ['a symbol', Symbol('x'), 'Symbol(x)'],
  ['an object', { a: [1, null] }, '{"a":[1,null]}'],
  ['null', null, 'null'],
])('%s', (_, value, shown) => {
  expect(show(value)).toBe(shown);
});

test('80 characters are shown whole, 81 are cut to 80', () => {
  expect(show('x'.repeat(78))).toBe(`"${'x'.repeat(78)}"`);
  const cut = show('x'.repeat(79));
  expect(cut).toHaveLength(80);
  expect(cut.endsWith('…')).toBe(true);
});

test('what JSON cannot hold is still shown: an error message must not fail itself', () => {
  const loop: Record<string, unknown> = {};
  loop.self = loop;
  expect(show(loop)).toBe('[object Object]');
  expect(show(10n)).toBe('10');
});

test('errors carry their class as name and a stable code', () => {
  const error = new RunConflictError('march');
  expect(error).toBeInstanceOf(MicroprocessError);
  expect([error.name, error.code]).toEqual(['RunConflictError', 'run-conflict']);
  expect(error.message).toContain('"march"');
  expect(new InputError('x').code).toBe('bad-input');
});

test('a definition error has a line for each issue, with what was received', () => {
  const error = new DefinitionError('p', [
    { path: 'limits.inFlight', message: 'must be a number', received: 'many' },
    { path: 'name', message: 'is missing', received: undefined },
  ]);
  expect(error.message.split('\n').slice(1)).toEqual([
    '  limits.inFlight: must be a number (received "many")',
    '  name: is missing (received undefined)',
  ]);
});

test('of an error out of user code a log gets its kind and place, and not its text, which may quote an item', () => {
  const error = new RangeError('no such city: Bern\n    at secret (x)');
  expect(kindOf(error)).toMatch(/^RangeError at .*errors\.test\.ts:\d+:\d+\)?$/);
  expect(kindOf('thrown')).toBe('string');
  // Thrown by Node or a package, it comes from the line that asked.
  const caught = (task: () => unknown): unknown => {
    try {
      return task();
    } catch (thrown) {
      return thrown;
    }
  };
  const ofUser = /^(SyntaxError|ZodError) at .*errors\.test\.ts:\d+:\d+\)?$/;
  expect(kindOf(caught(() => JSON.parse('{"secret"')))).toMatch(ofUser);
  expect(kindOf(caught(() => z.number().parse('secret')))).toMatch(ofUser);
  expect(kindOf(caught(() => Reflect.apply(Map, undefined, ['secret'])))).toMatch(/^TypeError at .*errors\.test\.ts/);
  // Wrapped, it is the cause that says where.
  const wrapped = new Error('Column "x" fails: secret', { cause: new RangeError('secret') });
  expect(kindOf(wrapped)).toMatch(/^RangeError at .*errors\.test\.ts:\d+:\d+\)?$/);
  expect(kindOf(new NotJsonError('item 3 is of type bigint'))).toBe('item 3 is of type bigint');
  expect(kindOf(Object.assign(new Error('a'), { stack: undefined }))).toBe('Error');
});
