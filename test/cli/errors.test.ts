import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { EnvironmentError, explain, isOfDisk, said, UsageError, withoutPasswords } from '../../cli/errors.ts';
import { Captured } from './support.ts';

test('a disk is told from a network by what it refused', async () => {
  const [full, absent] = await Promise.all(
    ['/dev/full', '/nowhere/file'].map((path) => writeFile(path, 'x').catch((error: unknown) => error)),
  );
  const refused = await once(connect(1, '127.0.0.1'), 'connect').catch((error: unknown) => error);
  expect([full, absent, refused, new Error('ENOSPC')].map(isOfDisk)).toEqual([true, true, false, false]);
});

test('what the system refuses is said in a sentence, with what to do', async () => {
  const refused = await writeFile('/dev/full', 'x').catch((error: unknown) => error);
  expect(explain(refused)).toEqual({
    code: 1,
    message: expect.stringMatching(/^ENOSPC: no space left on device, write\. Free some space/),
  });
});

test.each([
  { error: new UsageError('There is no such run.'), code: 2 },
  { error: new EnvironmentError('The service has ended.'), code: 1 },
])('an error is said once, and ends the command with $code whenever it is said', ({ error, code }) => {
  expect(explain(error)).toEqual({ code, message: error.message });
  const stderr = new Captured();
  expect(explain(said(error, { stderr }))).toEqual({ code, message: null });
  expect(stderr.text).toBe(`error: ${error.message}\n`);
});

test("a URL's password is in no message, whoever quotes it", () => {
  expect(withoutPasswords("argument 'https://bob:hunter2@x.y/a?b@c' of https://x.y:8080/@v is wrong\n")).toBe(
    "argument 'https://bob:…@x.y/a?b@c' of https://x.y:8080/@v is wrong\n",
  );
});
