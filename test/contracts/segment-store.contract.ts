import { expect, test } from 'vitest';
import { aFrozen, type MakeStores, numbers, RUN, sorted, TTL } from './fixtures.ts';
import { describeWith } from './suite.ts';

const AT = { slice: 3, segment: 7 };

/** The contract of {@link SegmentStore}. */
export function describeSegmentStore(name: string, make: MakeStores): void {
  describeWith(
    `${name}: segment store`,
    make,
    ({ segments }) => segments,
    (port) => {
      const empty = { done: new Set<number>(), size: null, frozen: null };

      test('an unknown segment is empty', async () => {
        expect(await port().read(RUN, AT)).toEqual(empty);
      });

      test('blocks are added once however often, and the state after the write comes back', async () => {
        const segments = port();
        expect(await segments.addBlock(RUN, { ...AT, block: 0 }, TTL)).toEqual({ ...empty, done: new Set([0]) });
        expect(await segments.addBlock(RUN, { ...AT, block: 255 }, TTL)).toEqual({ ...empty, done: new Set([0, 255]) });
        expect(await segments.addBlock(RUN, { ...AT, block: 0 }, TTL)).toEqual({ ...empty, done: new Set([0, 255]) });
        expect(await segments.read(RUN, AT)).toEqual({ ...empty, done: new Set([0, 255]) });
      });

      test('256 blocks added at once are all kept, and somebody is told of all', async () => {
        const segments = port();
        const states = await Promise.all(numbers(256).map((block) => segments.addBlock(RUN, { ...AT, block }, TTL)));
        expect(states.filter(({ done }) => done.size === 256)).toHaveLength(1);
        expect(sorted((await segments.read(RUN, AT)).done)).toEqual(numbers(256));
      });

      test('the size is kept beside the blocks, in any order', async () => {
        const segments = port();
        expect(await segments.setSize(RUN, AT, 2, TTL)).toEqual({ ...empty, size: 2 });
        expect(await segments.addBlock(RUN, { ...AT, block: 1 }, TTL)).toEqual({
          ...empty,
          size: 2,
          done: new Set([1]),
        });
        expect(await segments.setSize(RUN, AT, 2, TTL)).toEqual({ ...empty, size: 2, done: new Set([1]) });
      });

      test('the first freeze is final; whoever freezes later gets it', async () => {
        const segments = port();
        await segments.addBlock(RUN, { ...AT, block: 0 }, TTL);
        const mine = aFrozen();
        expect(await segments.freeze(RUN, AT, mine)).toEqual(mine);
        expect(await segments.freeze(RUN, AT, aFrozen({ part: 'parts/0-0/attempt-b', reasons: {} }))).toEqual(mine);
        expect(await segments.freeze(RUN, AT, mine)).toEqual(mine);
        expect(await segments.read(RUN, AT)).toEqual({ done: new Set([0]), size: null, frozen: mine });
      });

      test('small statistics are kept with it', async () => {
        const segments = port();
        await segments.addBlock(RUN, { ...AT, block: 0 }, TTL);
        const mine = aFrozen({ statistics: { n: 3, sketch: [[1, 2.5]], label: 'größe' } });
        expect(await segments.freeze(RUN, AT, mine)).toEqual(mine);
        expect(await segments.freeze(RUN, AT, aFrozen())).toEqual(mine);
        expect((await segments.read(RUN, AT)).frozen).toEqual(mine);
      });

      test('of twenty that freeze at once one wins, and all get its part', async () => {
        const segments = port();
        await segments.addBlock(RUN, { ...AT, block: 0 }, TTL);
        const parts = await Promise.all(
          numbers(20).map((i) => segments.freeze(RUN, AT, aFrozen({ part: `attempt-${i}` }))),
        );
        const [first] = parts;
        expect(parts).toEqual(numbers(20).map(() => first));
        expect((await segments.read(RUN, AT)).frozen).toEqual(first);
      });

      test('what came late is counted until the freeze, and keeps out what did not read it', async () => {
        const segments = port();
        await segments.addBlock(RUN, { ...AT, block: 0 }, TTL);
        expect(await segments.countLate(RUN, AT, TTL)).toMatchObject({ late: 1, frozen: null });
        expect(await segments.countLate(RUN, AT, TTL)).toMatchObject({ late: 2, done: new Set([0]) });
        expect(await segments.freeze(RUN, AT, aFrozen())).toBeNull();
        expect(await segments.freeze(RUN, AT, aFrozen(), 1)).toBeNull();
        expect(await segments.freeze(RUN, AT, aFrozen(), 2)).toEqual(aFrozen());
        expect(await segments.countLate(RUN, AT, TTL)).toBeNull();
        expect(await segments.read(RUN, AT)).toMatchObject({ late: 2, frozen: aFrozen() });
        // Whoever comes to a frozen one gets it, whatever he has read.
        expect(await segments.freeze(RUN, AT, aFrozen({ part: 'other' }))).toEqual(aFrozen());
      });

      test('late blocks and sizes come back with the frozen part', async () => {
        const segments = port();
        await segments.addBlock(RUN, { ...AT, block: 0 }, TTL);
        await segments.freeze(RUN, AT, aFrozen());
        expect((await segments.addBlock(RUN, { ...AT, block: 0 }, TTL)).frozen).toEqual(aFrozen());
        expect((await segments.setSize(RUN, AT, 1, TTL)).frozen).toEqual(aFrozen());
      });

      test('attempts at reducing are counted and taken back, and change nothing else', async () => {
        const segments = port();
        const before = await segments.addBlock(RUN, { ...AT, block: 0 }, TTL);
        expect(await segments.countAttempt(RUN, AT, 1, TTL)).toBe(1);
        expect(await segments.countAttempt(RUN, AT, 1, TTL)).toBe(2);
        expect(await segments.countAttempt(RUN, AT, -1, TTL)).toBe(1);
        expect(await segments.read(RUN, AT)).toEqual(before);
        expect(await segments.freeze(RUN, AT, aFrozen())).toMatchObject({ part: aFrozen().part });
      });

      test('segments whose numbers read alike are apart', async () => {
        const segments = port();
        await segments.addBlock(RUN, { slice: 1, segment: 11, block: 0 }, TTL);
        await segments.addBlock(RUN, { slice: 11, segment: 1, block: 1 }, TTL);
        expect((await segments.read(RUN, { slice: 1, segment: 11 })).done).toEqual(new Set([0]));
        expect((await segments.read(RUN, { slice: 11, segment: 1 })).done).toEqual(new Set([1]));
        expect((await segments.read(RUN, { slice: 1, segment: 1 })).done).toEqual(new Set());
        expect((await segments.read(`${RUN}~2`, { slice: 1, segment: 11 })).done).toEqual(new Set());
      });

      test('a frozen part with hundreds of reasons reads back whole', async () => {
        const segments = port();
        await segments.addBlock(RUN, { ...AT, block: 0 }, TTL);
        const reasons = Object.fromEntries(numbers(500).map((i) => [`http-${i}`, i]));
        await segments.freeze(RUN, AT, aFrozen({ reasons }));
        expect((await segments.read(RUN, AT)).frozen?.reasons).toEqual(reasons);
      });
    },
  );
}
