import { slotsOf } from '../../shared/domain/chain.ts';
import { isUnderWay } from '../../shared/domain/joining.ts';
import {
  delaySeconds,
  missing,
  NO_TRIES,
  type Register,
  raised,
  registerOf,
  sendable,
} from '../../shared/domain/sending.ts';
import type { CallbackClaims } from '../../shared/flow/callback-token.ts';
import { outgoing, slotMessage } from '../../shared/flow/work.ts';
import type { CallbackPorts } from './deps.ts';

/**
 * A call that failed later is made again: its child waits no more, and its try is spent. Where a message of its slot calls others, that
 * message's end sends it. Otherwise the slot is sent again with all that can be called, and the raised turn voids what may still be queued.
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
  const same: Register = { ...kept, tries, ...(waiting.size > 0 && { waiting }) };
  const { pages, state } = await stores.blocks.readAll(run, ref);
  const of = pages.flatMap(slotsOf).find(({ first }) => first === slot);
  const missed = of ? missing(state, slot, of.items.length) : [];
  if (isUnderWay(read, missed, clock.now())) {
    if (!(await stores.blocks.replaceRegister(run, ref, { slot, read, next: same, ttl }))) return false;
    // That message may have found the others ended, by a late callback, before the register was written.
    const after = await stores.blocks.read(run, ref);
    const others = missed.filter((each) => each !== n && !after.done.has(each));
    if (registerOf(after, slot).turn !== read.turn || isUnderWay(read, others, clock.now())) return true;
    return sendNext(same);
  }
  return sendNext(read);

  /** @param now the register as it is */
  async function sendNext(now: Register): Promise<boolean> {
    const next = raised(same);
    if (!(await stores.blocks.replaceRegister(run, ref, { slot, read: now, next, ttl }))) return now === same;
    const left = sendable(next, missed);
    if (of === undefined || left.length === 0) return true;
    const message = slotMessage(pipeline.name, { run, ref, size, ttl }, of, next.turn);
    await queues.work.send([outgoing({ pipeline }, message, delaySeconds(next, left, clock.now()))]);
    return true;
  }
}
