import type { Page } from '../../shared/domain/chain.ts';
import type { BlockRef, Place } from '../../shared/domain/layout.ts';
import { Copy } from './copy.ts';

/** The chain's pages: written through the chain store, read through the block store as well. */
export class MemoryPages {
  readonly #blocks = new Map<string, Map<number, Copy<Page>>>();

  /** The page's bytes, where its place was empty; null where it wasn't. */
  put(run: string, slice: number, place: Place, page: Page): number | null {
    const key = blockKey(run, { slice, ...place });
    const pages = this.#blocks.get(key) ?? new Map<number, Copy<Page>>();
    if (pages.has(place.page)) return null;
    const copy = new Copy(page);
    this.#blocks.set(key, pages.set(place.page, copy));
    return copy.bytes;
  }

  get(run: string, slice: number, place: Place): Copy<Page> | null {
    return this.#blocks.get(blockKey(run, { slice, ...place }))?.get(place.page) ?? null;
  }

  /** In the order of their places. */
  ofBlock(run: string, block: BlockRef): Copy<Page>[] {
    return [...(this.#blocks.get(blockKey(run, block)) ?? [])].sort(([a], [b]) => a - b).map(([, page]) => page);
  }
}

export function blockKey(run: string, { slice, segment, block }: BlockRef): string {
  return `${run}/${slice}-${segment}.${block}`;
}
