import { expect, test } from 'vitest';
import { NO_PROGRESS } from '../../shared/ports/progress-store.ts';
import { type MakeStores, NOW, numbers, RUN, TTL } from './fixtures.ts';
import { describeWith } from './suite.ts';

/** The contract of {@link ProgressStore}. */
export function describeProgressStore(name: string, make: MakeStores): void {
  describeWith(
    `${name}: progress store`,
    make,
    ({ progress }) => progress,
    (port) => {
      test('is nothing at first', async () => {
        expect(await port().read(RUN)).toEqual({ ...NO_PROGRESS, at: 0 });
      });

      test('adds up over bumps and shards, with the time of the latest', async () => {
        const progress = port();
        await progress.bump(RUN, 'a', { succeeded: 64, failed: 1, retried: 0 }, NOW, TTL);
        await progress.bump(RUN, 'b', { succeeded: 10, failed: 0, retried: 5 }, NOW + 1, TTL);
        await progress.bump(RUN, 'a', { succeeded: 0, failed: 2, retried: 1 }, NOW + 2, TTL);
        expect(await progress.read(RUN)).toEqual({ succeeded: 74, failed: 3, retried: 6, at: NOW + 2 });
        await progress.bump(RUN, 'a', { ...NO_PROGRESS, calledMs: 250 }, NOW + 3, TTL);
        await progress.bump(RUN, 'b', { ...NO_PROGRESS, calledMs: 50, pressed: 4 }, NOW + 3, TTL);
        expect(await progress.read(RUN)).toMatchObject({ succeeded: 74, calledMs: 300, pressed: 4 });
      });

      test('says what calls were repeated for lately', async () => {
        const progress = port();
        const again = { succeeded: 0, failed: 0, retried: 1 };
        await progress.bump(RUN, 'a', { ...again, retriedFor: 'timeout' }, NOW + 1, TTL);
        await progress.bump(RUN, 'b', { ...again, retriedFor: 'http-500' }, NOW, TTL);
        // One that repeats nothing says nothing of it.
        await progress.bump(RUN, 'b', { succeeded: 1, failed: 0, retried: 0 }, NOW + 2, TTL);
        expect(await progress.read(RUN)).toMatchObject({ retried: 2, retriedFor: 'timeout', at: NOW + 2 });
      });

      test('bumps of one shard at once are all counted', async () => {
        const progress = port();
        await Promise.all(
          numbers(20).map(() => progress.bump(RUN, 'a', { succeeded: 1, failed: 0, retried: 2 }, NOW, TTL)),
        );
        expect(await progress.read(RUN)).toEqual({ succeeded: 20, failed: 0, retried: 40, at: NOW });
      });

      test('runs are counted apart', async () => {
        const progress = port();
        await progress.bump(RUN, 'a', { succeeded: 1, failed: 0, retried: 0 }, NOW, TTL);
        expect((await progress.read(`${RUN}~2`)).succeeded).toBe(0);
        expect((await progress.read(RUN.slice(0, -1))).succeeded).toBe(0);
      });
    },
  );
}
