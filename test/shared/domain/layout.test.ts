import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FIRST_PLACE, LAYOUT, type Layout, nextBlock, type Place, sliceExtent } from '../../../shared/domain/layout.ts';
import { SIZES } from '../../../shared/domain/limits.ts';

const small: Layout = { blockChildren: 2, slotChildren: 1, segmentBlocks: (k) => Math.min(3, k + 1) };
const geometries = fc.constantFrom(LAYOUT, small);

function placeAfter(blocks: number, geometry: Layout): Place {
  let place = FIRST_PLACE;
  for (let i = 0; i < blocks; i++) place = nextBlock(place, geometry);
  return place;
}

/** Blocks of a slice that an extent speaks of. */
function blocksOf({ segments, lastSize }: { segments: number; lastSize: number | null }, geometry: Layout): number {
  const full = Array.from({ length: segments }, (_, k) => geometry.segmentBlocks(k));
  return full.reduce((sum, size) => sum + size, 0) - (lastSize === null ? 0 : (full.at(-1) ?? 0) - lastSize);
}

test('segments grow from 16 to 256 blocks, and a full one holds 65,536 children', () => {
  const sizes = Array.from({ length: 5 }, (_, i) => [16 * i, 16 * i + 15].map((k) => LAYOUT.segmentBlocks(k)));
  expect(sizes.flat()).toEqual([16, 16, 32, 32, 64, 64, 128, 128, 256, 256]);
  expect(LAYOUT.segmentBlocks(SIZES.segmentsPerSlice - 1) * LAYOUT.blockChildren).toBe(65_536);
});

test('every block has one place, in ascending order', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 600 }), geometries, (blocks, geometry) => {
      const before = placeAfter(blocks - 1, geometry);
      const after = nextBlock(before, geometry);
      expect(after.page).toBe(0);
      expect(after.block).toBeLessThan(geometry.segmentBlocks(after.segment));
      const step = after.segment === before.segment ? after.block - before.block : 1;
      expect(step).toBe(1);
      if (after.segment !== before.segment) {
        expect(after).toEqual({ segment: before.segment + 1, block: 0, page: 0 });
        expect(before.block).toBe(geometry.segmentBlocks(before.segment) - 1);
      }
    }),
  );
});

test('END behind n blocks says n blocks, whether it opens a block or cuts one short', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 600 }),
      fc.integer({ min: 0, max: 3 }),
      geometries,
      (blocks, page, geometry) => {
        const end = { ...placeAfter(blocks, geometry), page };
        const extent = sliceExtent(end, geometry);
        expect(blocksOf(extent, geometry)).toBe(blocks + (page > 0 ? 1 : 0));
        // A size is stored only where the index doesn't say it.
        if (extent.lastSize !== null) {
          expect(extent.lastSize).toBeGreaterThan(0);
          expect(extent.lastSize).toBeLessThan(geometry.segmentBlocks(extent.segments - 1));
        }
      },
    ),
  );
});

test.each([
  ['nothing', { segment: 0, block: 0, page: 0 }, { segments: 0, lastSize: null }],
  ['half a block', { segment: 0, block: 0, page: 1 }, { segments: 1, lastSize: 1 }],
  ['one block', { segment: 0, block: 1, page: 0 }, { segments: 1, lastSize: 1 }],
  ['a full segment', { segment: 1, block: 0, page: 0 }, { segments: 1, lastSize: null }],
  ['a segment whose last block is cut', { segment: 0, block: 15, page: 2 }, { segments: 1, lastSize: null }],
  ['a segment and a block', { segment: 1, block: 1, page: 0 }, { segments: 2, lastSize: 1 }],
])('END behind %s', (_, place, extent) => {
  expect(sliceExtent(place)).toEqual(extent);
});
