import { expect, test } from 'vitest';
import { mendFirst } from '../../../cli/commands/failures.ts';

test.each([
  [['http-503'], ''],
  [
    ['request-not-mapped', 'http-503'],
    'What failed as request-not-mapped fails alike until the definition, or the service, is mended. ',
  ],
  [
    ['unexpected-answer', 'request-not-mapped'],
    expect.stringContaining('as request-not-mapped or unexpected-answer fails'),
  ],
])('of %j is said before a redrive: %s', (reasons, words) => {
  expect(mendFirst(new Set(reasons))).toEqual(words);
});
