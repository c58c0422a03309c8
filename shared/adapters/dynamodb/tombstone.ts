import { type Item, keyItem, N } from './attributes.ts';
import type { Key } from './keys.ts';

/**
 * What a purge leaves in a run's place, so that no other run takes its id while its messages may still come: that it was purged, and nothing of it. It
 * has neither status nor index keys, so no transition and no list finds it.
 * @param ttl epoch seconds
 */
export function tombstone(run: Key, ttl: number): Item {
  return { ...keyItem(run), purged: { BOOL: true }, ttl: N(ttl) };
}

export function isTombstone(item: Item): boolean {
  return item.purged !== undefined;
}
