import type { ChildResult } from '../../shared/flow/child-result.ts';
import { NotBefore } from '../../shared/lambda/retry-later.ts';

/**
 * Runs the end of a message's pass. Where it throws, no register says when the children that were called are due: the message then
 * waits, as a whole, until the last of them is, so that none is called earlier than it was told.
 */
export async function keepWaits(results: ReadonlyMap<number, ChildResult>, pass: () => Promise<void>): Promise<void> {
  try {
    await pass();
  } catch (error) {
    const until = Math.max(0, ...[...results.values()].map((result) => ('due' in result ? result.due : 0)));
    throw until === 0 ? error : new NotBefore(error, until);
  }
}
