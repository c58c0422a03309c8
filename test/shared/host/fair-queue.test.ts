import { expect, test } from 'vitest';
import { FairTurns } from '../../../shared/host/fair-queue.ts';

/** What is handed out of a queue, oldest first, while nothing of it ends. */
function handedOut(waiting: readonly string[], count: number): string[] {
  const left = [...waiting];
  const inFlight = new Map<string, number>();
  const turns = new FairTurns();
  return Array.from({ length: count }, () => {
    const [group = ''] = left.splice(turns.next(left, inFlight), 1);
    inFlight.set(group, (inFlight.get(group) ?? 0) + 1);
    return group;
  });
}

test('groups take turns however much of one waits', () => {
  expect(handedOut(['a', 'a', 'a', 'a', 'b', 'b', 'c'], 6)).toEqual(['a', 'b', 'c', 'a', 'b', 'a']);
});

test('a group with fewer in flight goes first, and of equals the one that waited longest for its turn', () => {
  const turns = new FairTurns();
  const waiting = ['a', 'b', 'c'];
  expect(turns.next(waiting, new Map([['a', 2]]))).toBe(1);
  expect(turns.next(waiting, new Map([['a', 2]]))).toBe(2);
  // All that was in flight has ended.
  expect([0, 1, 2].map(() => turns.next(waiting, new Map()))).toEqual([0, 1, 2]);
  expect(turns.next([], new Map())).toBe(-1);
});
