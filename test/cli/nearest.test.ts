import { expect, test } from 'vitest';
import { nearest } from '../../cli/nearest.ts';

test.each([
  ['alfa', 'alpha'],
  ['Scores', 'scores'],
  ['csores', 'scores'],
  ['score', 'scores'],
  ['nope', undefined],
  ['x', undefined],
])('%s was meant to be %s', (typed, meant) => {
  expect(nearest(typed, ['nightly-audit', 'alpha', 'scores'])).toBe(meant);
});
