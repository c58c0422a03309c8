import fc from 'fast-check';
import { expect, test } from 'vitest';
import { blockSize, type ItemsPage, PageDraft, placeBehind, slotsOf } from '../../../shared/domain/chain.ts';
import { type Held, isPointer } from '../../../shared/domain/held.ts';
import { FIRST_PLACE, type Place } from '../../../shared/domain/layout.ts';
import { SIZES } from '../../../shared/domain/limits.ts';

interface Sized {
  readonly held: Held;
  readonly bytes: number;
}

/** Items of every kind that moves a boundary: tiny, some KB, the largest inline ones, pointers. */
const sized: fc.Arbitrary<Sized> = fc.oneof(
  { weight: 12, arbitrary: fc.record({ held: fc.integer(), bytes: fc.integer({ min: 1, max: 60 }) }) },
  { weight: 4, arbitrary: fc.record({ held: fc.string(), bytes: fc.integer({ min: 900, max: 9_000 }) }) },
  { weight: 1, arbitrary: fc.record({ held: fc.string(), bytes: fc.integer({ min: 30_000, max: 32_768 }) }) },
  { weight: 2, arbitrary: fc.record({ held: fc.constant({ $object: 'run/items/a.json' }), bytes: fc.constant(60) }) },
);
const manyItems = fc.oneof(
  fc.array(sized, { maxLength: 700 }),
  fc.array(fc.constant<Sized>({ held: 1, bytes: 2 }), { minLength: 250, maxLength: 900 }),
  fc.array(fc.constant<Sized>({ held: 'x', bytes: 32_768 }), { maxLength: 40 }),
);

/** Pages of a chain as the splitter makes them, with the places they stand at. */
function chainOf(items: readonly Sized[]): { place: Place; page: ItemsPage; bytes: number[] }[] {
  const chain: { place: Place; page: ItemsPage; bytes: number[] }[] = [];
  let place = FIRST_PLACE;
  let first = 0;
  let draft = new PageDraft(first);
  let bytes: number[] = [];
  const put = (endsBlock: boolean) => {
    const page = draft.page(endsBlock);
    chain.push({ place, page, bytes });
    place = placeBehind(place, page);
    first = endsBlock ? 0 : first + page.items.length;
    draft = new PageDraft(first);
    bytes = [];
  };
  for (const [i, item] of items.entries()) {
    if (!draft.fits(item.bytes)) put(draft.fillsBlock);
    draft.add(item.held, item.bytes, i + 1);
    bytes.push(item.bytes);
    if (draft.fillsBlock) put(true);
  }
  if (!draft.isEmpty) put(true);
  return chain;
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, n) => total + n, 0);

test('pages and slots partition all items, in order', () => {
  fc.assert(
    fc.property(manyItems, (items) => {
      const chain = chainOf(items);
      expect(chain.flatMap(({ page }) => page.items)).toEqual(items.map(({ held }) => held));
      for (const { page } of chain) {
        const slots = slotsOf(page);
        expect(slots.flatMap((slot) => slot.items)).toEqual(page.items);
        let next = page.first;
        for (const slot of slots) {
          expect(slot.first).toBe(next);
          expect(slot.items.length).toBeGreaterThan(0);
          next += slot.items.length;
        }
      }
    }),
    { numRuns: 60 },
  );
});

test('blocks hold up to 256 children, numbered from 0 over their pages, and only the last may be short', () => {
  fc.assert(
    fc.property(manyItems, (items) => {
      const blocks = new Map<string, ReturnType<typeof chainOf>>();
      for (const link of chainOf(items)) {
        const name = `${link.place.segment}.${link.place.block}`;
        blocks.set(name, [...(blocks.get(name) ?? []), link]);
      }
      for (const pages of blocks.values()) {
        let next = 0;
        for (const [j, { place, page }] of pages.entries()) {
          expect(place.page).toBe(j);
          expect(page.first).toBe(next);
          expect(page.endsBlock).toBe(j === pages.length - 1);
          next += page.items.length;
        }
        expect(next).toBe(blockSize(pages.map(({ page }) => page)));
        expect(next).toBeLessThanOrEqual(SIZES.blockChildren);
      }
      const sizes = [...blocks.values()].map((pages) => sum(pages.map(({ page }) => page.items.length)));
      expect(sizes.slice(0, -1).every((size) => size === SIZES.blockChildren)).toBe(true);
    }),
    { numRuns: 60 },
  );
});

test('no slot is too long or too heavy, no page too heavy, and pointers travel alone', () => {
  fc.assert(
    fc.property(manyItems, (items) => {
      for (const { page, bytes } of chainOf(items)) {
        expect(page.items.length === 1 || sum(bytes) <= SIZES.pageBytes).toBe(true);
        for (const { first, items: held } of slotsOf(page)) {
          const from = first - page.first;
          const weight = sum(bytes.slice(from, from + held.length));
          expect(held.length).toBeLessThanOrEqual(SIZES.slotChildren);
          expect(held.length === 1 || weight <= SIZES.slotBytes).toBe(true);
          if (held.some(isPointer)) expect(held).toHaveLength(1);
        }
      }
    }),
    { numRuns: 60 },
  );
});

test('slots are as long as they may be: small items fill 64, and neighbours could not be joined', () => {
  const chain = chainOf(Array.from({ length: 600 }, () => ({ held: 1, bytes: 2 })));
  expect(chain.map(({ page }) => page.slots)).toEqual([
    [64, 64, 64, 64],
    [64, 64, 64, 64],
    [64, 24],
  ]);
  fc.assert(
    fc.property(manyItems, (items) => {
      for (const { page, bytes } of chainOf(items)) {
        const slots = slotsOf(page);
        for (const [i, slot] of slots.slice(1).entries()) {
          const before = slots[i];
          const next = slot.items[0];
          if (!before || next === undefined || before.items.some(isPointer) || isPointer(next)) continue;
          const from = before.first - page.first;
          const joined = sum(bytes.slice(from, from + before.items.length + 1));
          expect(before.items.length === SIZES.slotChildren || joined > SIZES.slotBytes).toBe(true);
        }
      }
    }),
    { numRuns: 40 },
  );
});

test('a page carries the cursor behind its last item, and an empty draft takes an item of any size', () => {
  const draft = new PageDraft(0);
  expect(draft.isEmpty).toBe(true);
  expect(draft.fits(10 * SIZES.pageBytes)).toBe(true);
  draft.add('a', 3, { at: 1 });
  draft.add('b', 3, { at: 2 });
  expect(draft.fits(SIZES.pageBytes - 6)).toBe(true);
  expect(draft.fits(SIZES.pageBytes - 5)).toBe(false);
  expect(draft.page(false)).toEqual({
    kind: 'items',
    first: 0,
    items: ['a', 'b'],
    slots: [2],
    endsBlock: false,
    cursor: { at: 2 },
  });
});

test('a draft in the middle of a block fills it at child 255', () => {
  const draft = new PageDraft(254);
  draft.add(1, 1, 1);
  expect(draft.fillsBlock).toBe(false);
  draft.add(2, 1, 2);
  expect(draft.fillsBlock).toBe(true);
  expect(draft.fits(1)).toBe(false);
  expect(slotsOf(draft.page(true))).toEqual([{ first: 254, items: [1, 2] }]);
});
