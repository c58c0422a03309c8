import { expect, test } from 'vitest';
import { EnvironmentError, explain, said, UsageError } from '../../cli/errors.ts';
import { Captured } from './support.ts';

test.each([
  { error: new UsageError('There is no such run.'), code: 2 },
  { error: new EnvironmentError('The service has ended.'), code: 1 },
])('an error is said once, and ends the command with $code whenever it is said', ({ error, code }) => {
  expect(explain(error)).toEqual({ code, message: error.message });
  const stderr = new Captured();
  expect(explain(said(error, { stderr }))).toEqual({ code, message: null });
  expect(stderr.text).toBe(`error: ${error.message}\n`);
});
