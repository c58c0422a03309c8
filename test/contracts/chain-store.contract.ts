import { expect, test } from 'vitest';
import { END } from '../../shared/domain/chain.ts';
import type { Held } from '../../shared/domain/held.ts';
import { FIRST_PLACE } from '../../shared/domain/layout.ts';
import type { Checkpoint } from '../../shared/ports/chain-store.ts';
import { aPage, type MakeStores, NOW, noise, numbers, RUN, TTL } from './fixtures.ts';
import { describeWith } from './suite.ts';

const UNTIL = NOW + 60_000;
const lease = (owner: string, now: number, until: number) => ({ owner, now, until, ttl: TTL });
const behind = (block: number): Checkpoint => ({
  place: { segment: 0, block, page: 0 },
  cursor: { byte: block * 1_000, file: 'Größe 東京' },
  count: block * 256,
  ended: false,
});

/** The contract of {@link ChainStore}. */
export function describeChainStore(name: string, make: MakeStores): void {
  describeWith(
    `${name}: chain store`,
    make,
    ({ chains }) => chains,
    (port) => {
      test('an empty place has no page', async () => {
        expect(await port().readPage(RUN, 0, FIRST_PLACE)).toBeNull();
      });

      const pages: [string, readonly Held[]][] = [
        ['of one item', ['just text']],
        ['of 256 items', numbers(256).map((i) => ({ id: i, city: `Città ${i} 🏙️`, at: [i / 7, -1 - i / 3] }))],
        [
          'of text in many scripts',
          ['', 'Ελληνικά', 'עברית', '日本語', '👩‍👩‍👧', '\u0000\u001f"\\', '\u2028', '$object', '#ns'],
        ],
        [
          'of nulls, numbers, flags and empty shapes',
          [null, 0, -1.5, 1e300, true, false, [], {}, [[null]], { '': '' }],
        ],
        ['with a pointer', [{ $object: 'spill/run/0-0.0/k-1' }, { $object: 7 }]],
        ['of 90 KB that does not compress', numbers(10).map((i) => noise(9_000, i + 1))],
      ];
      for (const [what, items] of pages) {
        test(`a page ${what} reads back whole`, async () => {
          const chains = port();
          const page = aPage(items, { first: 0, endsBlock: true });
          expect(await chains.putPage(RUN, 0, FIRST_PLACE, page, TTL)).toBe(true);
          expect(await chains.readPage(RUN, 0, FIRST_PLACE)).toEqual(page);
        });
      }

      test('keeps first, slots, cursor and the end of the block', async () => {
        const chains = port();
        const page = aPage(['a', 'b', 'c'], { first: 250, slots: [2, 1], endsBlock: true, cursor: null });
        await chains.putPage(RUN, 999, { segment: 4_095, block: 255, page: 17 }, page, TTL);
        expect(await chains.readPage(RUN, 999, { segment: 4_095, block: 255, page: 17 })).toEqual(page);
      });

      test('the first page at a place stays', async () => {
        const chains = port();
        expect(await chains.putPage(RUN, 0, FIRST_PLACE, aPage(['first']), TTL)).toBe(true);
        expect(await chains.putPage(RUN, 0, FIRST_PLACE, aPage(['second']), TTL)).toBe(false);
        expect(await chains.putPage(RUN, 0, FIRST_PLACE, aPage(['first']), TTL)).toBe(false);
        expect(await chains.putPage(RUN, 0, FIRST_PLACE, END, TTL)).toBe(false);
        expect(await chains.readPage(RUN, 0, FIRST_PLACE)).toEqual(aPage(['first']));
      });

      test('END is a page too, and nothing replaces it', async () => {
        const chains = port();
        expect(await chains.putPage(RUN, 0, FIRST_PLACE, END, TTL)).toBe(true);
        expect(await chains.putPage(RUN, 0, FIRST_PLACE, aPage(['late']), TTL)).toBe(false);
        expect(await chains.readPage(RUN, 0, FIRST_PLACE)).toEqual(END);
      });

      test('of twenty that put at once exactly one does', async () => {
        const chains = port();
        const put = await Promise.all(numbers(20).map((i) => chains.putPage(RUN, 0, FIRST_PLACE, aPage([i]), TTL)));
        expect(put.filter(Boolean)).toHaveLength(1);
        expect(await chains.readPage(RUN, 0, FIRST_PLACE)).toEqual(aPage([put.indexOf(true)]));
      });

      test('places that read alike are apart', async () => {
        const chains = port();
        const places = [
          { slice: 1, segment: 1, block: 11, page: 0 },
          { slice: 1, segment: 11, block: 1, page: 0 },
          { slice: 11, segment: 1, block: 1, page: 0 },
          { slice: 1, segment: 1, block: 1, page: 1 },
          { slice: 1, segment: 1, block: 1, page: 11 },
        ];
        for (const [i, { slice, ...place }] of places.entries()) {
          expect(await chains.putPage(RUN, slice, place, aPage([i]), TTL)).toBe(true);
        }
        for (const [i, { slice, ...place }] of places.entries()) {
          expect(await chains.readPage(RUN, slice, place)).toEqual(aPage([i]));
        }
        expect(await chains.readPage(`${RUN}~2`, 1, { segment: 1, block: 11, page: 0 })).toBeNull();
      });

      test('a live lease keeps others out; its owner renews it; an expired one passes on', async () => {
        const chains = port();
        expect(await chains.lease(RUN, 0, lease('a', NOW, UNTIL))).toMatchObject({ checkpoint: null });
        expect(await chains.lease(RUN, 0, lease('b', NOW + 1, UNTIL))).toBeNull();
        expect(await chains.lease(RUN, 0, lease('a', NOW + 2, UNTIL + 1_000))).toMatchObject({ checkpoint: null });
        expect(await chains.lease(RUN, 0, lease('b', UNTIL + 1, UNTIL + 2_000))).toBeNull();
        expect(await chains.lease(RUN, 0, lease('b', UNTIL + 1_001, UNTIL + 3_000))).toMatchObject({
          checkpoint: null,
        });
        expect(await chains.lease(RUN, 0, lease('a', UNTIL + 1_002, UNTIL + 3_000))).toBeNull();
      });

      test('of twenty that lease at once exactly one gets it', async () => {
        const chains = port();
        const leases = await Promise.all(numbers(20).map((i) => chains.lease(RUN, 0, lease(`owner-${i}`, NOW, UNTIL))));
        expect(leases.filter((held) => held !== null)).toHaveLength(1);
      });

      test('slices are leased apart', async () => {
        const chains = port();
        await chains.lease(RUN, 0, lease('a', NOW, UNTIL));
        expect(await chains.lease(RUN, 1, lease('b', NOW, UNTIL))).not.toBeNull();
        expect(await chains.lease('other', 0, lease('b', NOW, UNTIL))).not.toBeNull();
      });

      test('a checkpoint comes with the next lease, and may go back', async () => {
        const chains = port();
        await chains.lease(RUN, 0, lease('a', NOW, UNTIL));
        await chains.checkpoint(RUN, 0, behind(9), { owner: 'a', until: UNTIL });
        expect(await chains.lease(RUN, 0, lease('a', NOW, UNTIL))).toMatchObject({ checkpoint: behind(9) });
        await chains.checkpoint(RUN, 0, behind(4), { owner: 'a', until: UNTIL });
        expect(await chains.lease(RUN, 0, lease('b', UNTIL + 1, UNTIL + 2))).toMatchObject({ checkpoint: behind(4) });
        expect(await chains.lease(RUN, 0, lease('c', UNTIL + 3, UNTIL + 4))).toMatchObject({ checkpoint: behind(4) });
      });

      test('a checkpoint renews the lease', async () => {
        const chains = port();
        await chains.lease(RUN, 0, lease('a', NOW, UNTIL));
        await chains.checkpoint(RUN, 0, behind(1), { owner: 'a', until: UNTIL + 60_000 });
        expect(await chains.lease(RUN, 0, lease('b', UNTIL + 1, UNTIL + 90_000))).toBeNull();
        expect(await chains.lease(RUN, 0, lease('b', UNTIL + 60_001, UNTIL + 90_000))).not.toBeNull();
      });

      test('checkpoints of many slices come in the order asked for, null where a slice has not begun', async () => {
        const chains = port();
        expect(await chains.readCheckpoints(RUN, [])).toEqual([]);
        const begun = numbers(230).filter((slice) => slice % 3 === 0);
        await Promise.all(
          begun.map(async (slice) => {
            await chains.lease(RUN, slice, lease('a', NOW, UNTIL));
            await chains.checkpoint(
              RUN,
              slice,
              { ...behind(slice), ended: slice % 2 === 0 },
              { owner: 'a', until: UNTIL },
            );
          }),
        );
        await chains.lease(RUN, 1, lease('a', NOW, UNTIL));
        const asked = numbers(230).reverse();
        const read = await chains.readCheckpoints(RUN, asked);
        expect(read).toEqual(
          asked.map((slice) => (slice % 3 === 0 ? { ...behind(slice), ended: slice % 2 === 0 } : null)),
        );
      });
    },
  );
}
