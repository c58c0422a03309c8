import { expect, test } from 'vitest';
import { groupsOf } from '../../../functions/forwarder/groups-of.ts';

const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);
const sizes = (...of: Parameters<typeof groupsOf>) => groupsOf(...of).map(({ length }) => length);

test.each([
  [64, 50, [32, 32]],
  [64, 64, [64]],
  [5, 4, [3, 2]],
  [7, 3, [3, 3, 1]],
  [3, 1, [1, 1, 1]],
  [0, 4, []],
])('%i children, at most %i with a call, are groups of %j', (count, itemsPerCall, expected) => {
  const groups = groupsOf(upTo(count), itemsPerCall, new Map());
  expect(groups.map(({ length }) => length)).toEqual(expected);
  expect(groups.flat()).toEqual(upTo(count));
});

test('children whose call failed in company are called with no more than they may, apart from the others', () => {
  const tries = new Map([2, 3, 4, 9].map((n) => [n, { together: n === 9 ? 1 : 2 }]));
  expect(groupsOf(upTo(10), 8, tries)).toEqual([[0, 1, 5, 6, 7, 8], [2, 3], [4], [9]]);
});

test('a definition that allows fewer by now is what counts', () => {
  expect(sizes(upTo(4), 2, new Map([[0, { together: 8 }]]))).toEqual([2, 2]);
});
