import { type Register, sendable } from './sending.ts';

/**
 * A slot whose children wait, while others of it are called: a message of its present turn is out, and what changes its register meanwhile
 * must neither be lost by that message's end nor have the others called a second time.
 */

/** Its message is on its way from here on, and may be read at any time. */
const UNDER_WAY_MS = 5_000;

/**
 * Whether a message of the slot's present turn calls some of these children, or is about to. What is called again then joins them: that
 * message's end finds it in the register, and sends it. A raised turn would have the others called twice, and lose what they wait for.
 * @param missing children of the slot without an outcome
 */
export function isUnderWay(register: Register, missing: readonly number[], now: number): boolean {
  return sendable(register, missing).some((n) => (register.tries.get(n)?.due ?? 0) <= now + UNDER_WAY_MS);
}

/**
 * A register as `read`, with what callbacks have changed of it since, at the same turn: until when children wait, and the tries of those that
 * wait no more.
 */
export function withCallbacks(read: Register, now: Register): Register {
  const { waiting: waited = new Map<number, number>(), ...kept } = read;
  const tries = new Map(read.tries);
  for (const n of waited.keys()) {
    const since = now.tries.get(n);
    if (since) tries.set(n, since);
  }
  return { ...kept, tries, ...(now.waiting && { waiting: now.waiting }) };
}
