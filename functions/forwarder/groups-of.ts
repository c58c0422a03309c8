import type { Tries } from '../../shared/domain/sending.ts';

/**
 * Children that are called together, a group with each call: as many as the definition says, or fewer, where a call of more has failed as a
 * whole. As even as they can be, as a service takes longest for the largest.
 * @example groupsOf([0, 1, 2, 3, 4], 4, new Map()); // [[0, 1, 2], [3, 4]]
 */
export function groupsOf(
  children: readonly number[],
  itemsPerCall: number,
  tries: ReadonlyMap<number, Pick<Tries, 'together'>>,
): readonly (readonly number[])[] {
  const byMost = new Map<number, number[]>();
  for (const n of children) {
    const most = Math.min(itemsPerCall, tries.get(n)?.together ?? itemsPerCall);
    byMost.set(most, [...(byMost.get(most) ?? []), n]);
  }
  return [...byMost].flatMap(([most, alike]) => {
    const size = Math.ceil(alike.length / Math.ceil(alike.length / most));
    return Array.from({ length: Math.ceil(alike.length / size) }, (_, i) => alike.slice(i * size, (i + 1) * size));
  });
}
