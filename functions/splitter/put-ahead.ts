import type { ItemsPage } from '../../shared/domain/chain.ts';

/**
 * Puts the pages of a slice one after the other, while the next one is read: a page is put only once the one before it is, as another splitter's
 * may stand in its place.
 */
export class PutAhead<Result> {
  readonly #put: (page: ItemsPage) => Promise<'put' | Result>;
  #last: Promise<'put' | Result> = Promise.resolve('put');
  /** What kept the last page from being put, or what is behind it from being read; null while that isn't known. */
  halted: Result | null = null;

  constructor(put: (page: ItemsPage) => Promise<'put' | Result>) {
    this.#put = put;
  }

  /** Begins to put a page, once the one before is put. Where that came to something else, it says so and begins nothing. */
  async begin(page: ItemsPage): Promise<'put' | Result> {
    const before = await this.#last;
    if (before !== 'put') return before;
    this.#last = this.#put(page).then((result) => {
      if (result !== 'put') this.halted = result;
      return result;
    });
    // `begin` or `ended` awaits it; until then a rejection must not count as unhandled.
    this.#last.catch(() => undefined);
    return 'put';
  }

  /** What the last page came to. */
  ended(): Promise<'put' | Result> {
    return this.#last;
  }

  /** Waits for the page under way, however it ends: a failed invocation must leave nothing running. */
  async settled(): Promise<void> {
    await Promise.allSettled([this.#last]);
  }
}
