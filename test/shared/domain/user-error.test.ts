import { expect, test } from 'vitest';
import { NotJsonError, SourceError } from '../../../shared/domain/errors.ts';
import { UserError } from '../../../shared/domain/user-error.ts';

const thrown = (message: string) => new RangeError(message);
const whole = (error: unknown) => new UserError(error).whole((file) => file.replace(/.*\//, '')).split('\n');

test('serialised, it is its kind and place; on the machine of its user it has its text too', () => {
  const error = new UserError(thrown('no such city: Bern'));
  expect(JSON.stringify({ error })).toMatch(/^{"error":"RangeError at .*user-error\.test\.ts:\d+:\d+\)?"}$/);
  expect(JSON.stringify({ error })).not.toContain('Bern');
  const [first, second] = whole(error.error);
  expect(first).toMatch(/^RangeError: no such city: Bern at user-error\.test\.ts:5:\d+$/);
  expect(second).toBe('RangeError: no such city: Bern');
});

test('wrapped in one of ours, its place is that of the cause, and the stacks of both are there', () => {
  const [first, ...stacks] = whole(new SourceError(3, thrown('boom\nand more')));
  expect(first).toMatch(/^SourceError: The source failed in slice 3: RangeError: boom at user-error\.test\.ts:5:\d+$/);
  expect(stacks).toContain('RangeError: boom');
  expect(new SourceError('plan', thrown('boom')).message).toBe('The source failed to plan: RangeError: boom');
});

test('on a terminal it is said once, with the rest of its lines and where it was thrown', () => {
  const brief = (error: unknown) => new UserError(error).brief((file) => file.replace(/.*\//, '')).split('\n');
  const [first, more, ...frames] = brief(new SourceError(3, thrown('boom\nand more')));
  expect(first).toMatch(/^SourceError: The source failed in slice 3: RangeError: boom at user-error\.test\.ts:5:\d+$/);
  expect(more).toBe('and more');
  expect(frames[0]).toMatch(/^ +at thrown .*user-error\.test\.ts:5/);
  expect(frames.filter((frame) => !frame.startsWith('    at '))).toEqual([]);
  expect(brief('just a text')).toEqual(['just a text']);
});

test('a long message leaves room for the place', () => {
  expect(whole(thrown('x'.repeat(10_000)))[0]?.length).toBeLessThan(250);
});

test('what has no place of its user is said without one', () => {
  const [first] = whole(new SourceError(0, new NotJsonError('item 3 has NaN at $.price.')));
  expect(first).toBe('SourceError: The source failed in slice 0: item 3 has NaN at $.price.');
  expect(whole('just a text')).toEqual(['just a text']);
  expect(whole(Object.assign(new Error('a'), { stack: undefined }))[0]).toBe('Error: a');
});

test('one that can not be read breaks nothing', () => {
  const hostile = new Error('x');
  Object.defineProperty(hostile, 'message', {
    get() {
      throw new Error('again');
    },
  });
  expect(whole(hostile)).toEqual(['an error that cannot be read']);
  const loop = new Error('loop');
  loop.cause = loop;
  expect(whole(loop)[0]).toMatch(/^Error: loop at /);
});
