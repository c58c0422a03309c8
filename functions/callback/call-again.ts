import { slotsOf } from '../../shared/domain/chain.ts';
import { delaySeconds, missing, NO_TRIES, type Register, sendable } from '../../shared/domain/sending.ts';
import type { CallbackClaims } from '../../shared/flow/callback-token.ts';
import { outgoing, slotMessage } from '../../shared/flow/work.ts';
import type { CallbackPorts } from './deps.ts';

/**
 * A call that failed later is made again: its child waits no more, its try is spent, and the slot is sent again with all that can be called.
 * Raising the turn voids what may still be queued of it.
 * @returns false where the register is no longer as read
 */
export async function callAgain(
  { stores, queues, pipeline, clock }: CallbackPorts,
  { run, ref, n, slot, size, ttl }: CallbackClaims,
  read: Register,
  due: number,
): Promise<boolean> {
  const { waiting: waited = new Map<number, number>(), ...kept } = read;
  const waiting = new Map([...waited].filter(([each]) => each !== n));
  const before = read.tries.get(n) ?? NO_TRIES;
  const tries = new Map(read.tries).set(n, { ...before, tries: before.tries + 1, due });
  const next: Register = { ...kept, turn: read.turn + 1, tries, ...(waiting.size > 0 && { waiting }) };
  if (!(await stores.blocks.replaceRegister(run, ref, { slot, read, next, ttl }))) return false;
  const { pages, state } = await stores.blocks.readAll(run, ref);
  for (const of of pages.flatMap(slotsOf)) {
    if (of.first !== slot) continue;
    const left = sendable(next, missing(state, slot, of.items.length));
    const message = slotMessage(pipeline.name, { run, ref, size, ttl }, of, next.turn);
    if (left.length > 0)
      await queues.work.send([outgoing({ pipeline }, message, delaySeconds(next, left, clock.now()))]);
  }
  return true;
}
