import { expect, test } from 'vitest';
import { NOTHING_COMPLETE, packCount } from '../../shared/domain/completion.ts';
import { packSegment } from '../../shared/domain/ids.ts';
import { aRun, type MakeStores, numbers, RUN, sorted, TTL } from './fixtures.ts';
import { describeWith } from './suite.ts';

/** The contract of a run's ROOT: sets that only grow, told back after each write. */
export function describeRoot(name: string, make: MakeStores): void {
  describeWith(
    `${name}: root`,
    make,
    ({ runs }) => runs,
    (port) => {
      test('is empty at first', async () => {
        const runs = port();
        await runs.create(aRun());
        expect(await runs.readCompletion(RUN)).toEqual(NOTHING_COMPLETE);
        expect(await runs.readCompletion('no-such-run')).toEqual(NOTHING_COMPLETE);
      });

      test('opening says how many slices there are, also none, and repeating it changes nothing', async () => {
        const runs = port();
        expect(await runs.openRoot(RUN, 0, TTL)).toEqual({ ...NOTHING_COMPLETE, slices: 0 });
        expect(await runs.openRoot('other', 3, TTL)).toEqual({ ...NOTHING_COMPLETE, slices: 3 });
        await runs.countSlice('other', 0, 2);
        await runs.addSegment('other', 0, 1);
        const full = { slices: 3, counted: new Set([packCount(0, 2)]), done: new Set([packSegment(0, 1)]) };
        expect(await runs.openRoot('other', 3, TTL)).toEqual(full);
        expect(await runs.readCompletion('other')).toEqual(full);
        expect(await runs.readCompletion(RUN)).toEqual({ ...NOTHING_COMPLETE, slices: 0 });
      });

      test('every write gives the state after it; twice is once', async () => {
        const runs = port();
        await runs.openRoot(RUN, 2, TTL);
        const one = { slices: 2, counted: new Set([packCount(1, 0)]), done: new Set<number>() };
        expect(await runs.countSlice(RUN, 1, 0)).toEqual(one);
        expect(await runs.countSlice(RUN, 1, 0)).toEqual(one);
        const two = { ...one, done: new Set([packSegment(0, 4_095)]) };
        expect(await runs.addSegment(RUN, 0, 4_095)).toEqual(two);
        expect(await runs.addSegment(RUN, 0, 4_095)).toEqual(two);
        expect(await runs.readCompletion(RUN)).toEqual(two);
      });

      test('any order will do', async () => {
        const runs = port();
        expect(await runs.addSegment(RUN, 999, 4_095)).toEqual({
          ...NOTHING_COMPLETE,
          done: new Set([packSegment(999, 4_095)]),
        });
        expect((await runs.countSlice(RUN, 999, 4_096)).slices).toBeNull();
        expect(await runs.openRoot(RUN, 1_000, TTL)).toEqual({
          slices: 1_000,
          counted: new Set([packCount(999, 4_096)]),
          done: new Set([packSegment(999, 4_095)]),
        });
      });

      test('writes at once are all kept, and one of them sees all', async () => {
        const runs = port();
        await runs.openRoot(RUN, 20, TTL);
        const states = await Promise.all(
          numbers(20).flatMap((slice) => [runs.countSlice(RUN, slice, 1), runs.addSegment(RUN, slice, 0)]),
        );
        expect(states.some(({ done, counted }) => done.size === 20 && counted.size === 20)).toBe(true);
        expect(sorted((await runs.readCompletion(RUN)).done)).toEqual(
          numbers(20).map((slice) => packSegment(slice, 0)),
        );
      });

      test('what was read is a copy', async () => {
        const runs = port();
        const before = await runs.openRoot(RUN, 2, TTL);
        await runs.addSegment(RUN, 0, 0);
        expect(before.done.size).toBe(0);
      });
    },
  );
}
