import { expect, test } from 'vitest';
import * as z from 'zod';
import {
  DefinitionError,
  InputError,
  kindOf,
  MicroprocessError,
  NotJsonError,
  RunConflictError,
  SourceError,
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
  expect(kindOf('thrown')).toBe('a thrown string');
  expect(kindOf(new SourceError(0, 'thrown'))).toBe('a thrown string');
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
  // A name may be set, to what an item says as well as to a code of AWS.
  const nameSet = (name: string) => kindOf(Object.assign(new TypeError('a'), { name, stack: undefined }));
  expect(nameSet('AccessDeniedException')).toBe('AccessDeniedException');
  for (const name of ['Smith', 'no such city: Oslo', 'Smith\nError', '4711Error'])
    expect(nameSet(name)).toBe('TypeError');
});

test.each([
  ['text', 'no such city', 'it threw "no such city", which is no Error'],
  ['null', null, 'it threw null, which is no Error'],
  ['an object', { code: 5 }, 'it threw {"code":5}, which is no Error'],
  ['an object without a prototype', Object.assign(Object.create(null), { code: 5n }), 'a thrown object'],
  ['an error', new Error('no such city'), 'no such city'],
])('a source that throws %s fails with what it threw', (_, thrown, said) => {
  expect(new SourceError('plan', thrown).message).toBe(`The source failed to plan: ${said}`);
});
