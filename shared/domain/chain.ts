import { type Held, isLarge } from './held.ts';
import type { Json } from './json.ts';
import { LAYOUT, type Layout, nextBlock, type Place } from './layout.ts';
import { SIZES } from './limits.ts';

/**
 * One page of a slice's chain. The chain is the truth of the split: each page is put if absent under its place, says
 * what it holds and where the source goes on, and a splitter that finds a page adopts it and goes on behind it.
 */
export type Page = ItemsPage | EndPage;

export interface ItemsPage {
  readonly kind: 'items';
  /** Number within its block of the page's first child. */
  readonly first: number;
  readonly items: readonly Held[];
  /** Lengths of the page's slots, in order; a slot never crosses a page. */
  readonly slots: readonly number[];
  readonly endsBlock: boolean;
  /** The source's position behind the last item. */
  readonly cursor: Json;
}

/** Nothing can follow it: no splitter computes a place behind END. */
export interface EndPage {
  readonly kind: 'end';
}

export const END: EndPage = { kind: 'end' };

/** Consecutive children of one block that one message carries. */
export interface Slot {
  readonly first: number;
  readonly items: readonly Held[];
}

/** Where the chain goes on behind a page. */
export function placeBehind(place: Place, page: ItemsPage, geometry: Layout = LAYOUT): Place {
  return page.endsBlock ? nextBlock(place, geometry) : { ...place, page: place.page + 1 };
}

/** Number within its block of the child behind a page. */
export function firstBehind({ first, items, endsBlock }: ItemsPage): number {
  return endsBlock ? 0 : first + items.length;
}

/** The slots of a page. */
export function slotsOf(page: ItemsPage): Slot[] {
  let offset = 0;
  return page.slots.map((length) => {
    const slot = { first: page.first + offset, items: page.items.slice(offset, offset + length) };
    offset += length;
    return slot;
  });
}

/** Children of a block whose pages are `pages`. */
export function blockSize(pages: readonly ItemsPage[]): number {
  return pages.reduce((size, page) => size + page.items.length, 0);
}

/** Gathers items into one page; ask {@link PageDraft.fits} before each {@link PageDraft.add}. */
export class PageDraft {
  readonly #first: number;
  readonly #geometry: Layout;
  readonly #items: Held[] = [];
  readonly #slots: number[] = [];
  #bytes = 0;
  #slotBytes = 0;
  #slotClosed = true;
  #cursor: Json = null;

  constructor(first: number, geometry: Layout = LAYOUT) {
    this.#first = first;
    this.#geometry = geometry;
  }

  get isEmpty(): boolean {
    return this.#items.length === 0;
  }

  get fillsBlock(): boolean {
    return this.#first + this.#items.length >= this.#geometry.blockChildren;
  }

  /** Whether an item of so many bytes of JSON still belongs to this page. */
  fits(bytes: number): boolean {
    return this.isEmpty || (!this.fillsBlock && this.#bytes + bytes <= SIZES.pageBytes);
  }

  add(item: Held, bytes: number, cursor: Json): void {
    // An item held elsewhere is large: it travels alone, so that a forwarder never loads 640 of them at once.
    const alone = isLarge(item);
    const length = this.#slots.at(-1) ?? 0;
    if (
      alone ||
      this.#slotClosed ||
      length >= this.#geometry.slotChildren ||
      this.#slotBytes + bytes > SIZES.slotBytes
    ) {
      this.#slots.push(0);
      this.#slotBytes = 0;
    }
    this.#slots[this.#slots.length - 1] = (this.#slots.at(-1) ?? 0) + 1;
    this.#slotClosed = alone;
    this.#slotBytes += bytes;
    this.#bytes += bytes;
    this.#items.push(item);
    this.#cursor = cursor;
  }

  page(endsBlock: boolean): ItemsPage {
    return {
      kind: 'items',
      first: this.#first,
      items: this.#items,
      slots: this.#slots,
      endsBlock,
      cursor: this.#cursor,
    };
  }
}
