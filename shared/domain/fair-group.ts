import type { BlockRef } from './layout.ts';
import { SIZES } from './limits.ts';

/**
 * The group of a work message, where a pipeline's runs share its queue fairly. SQS's fair queues give each group its turn. With one
 * group for each run, two runs would have half of the fleet each, and a small one take more than twice as long as alone. So a run's first
 * messages, 64 at most, are in four groups: what is small, or has just begun, goes before what is large.
 * @param slot number of the message's first child within its block
 * @example fairGroup('r1', { slice: 0, segment: 0, block: 3 }, 64); // 'r1.1'
 */
export function fairGroup(run: string, { slice, segment }: BlockRef, slot: number): string {
  return slice === 0 && segment === 0 ? `${run}.${Math.floor(slot / SIZES.slotChildren)}` : run;
}
