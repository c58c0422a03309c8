import { registerOf } from '../../shared/domain/sending.ts';
import { waitUntil } from '../../shared/domain/waiting.ts';
import type { CallbackClaims } from '../../shared/flow/callback-token.ts';
import type { HttpAnswer } from '../../shared/lambda/http.ts';
import { problem, taken } from './answers.ts';
import type { CallbackPorts } from './deps.ts';

/**
 * Children of one message are called side by side, and heard of so: who finds their register changed reads it again, so often. It takes as many
 * in one go, and the others come again while nothing is lost yet.
 */
const MOST_ROUNDS = 8;

/** Word from a service that is still at work: where the definition asks for heartbeats, its child waits from now on anew. */
export async function stillAtWork(
  { pipeline, stores, clock }: CallbackPorts,
  { run, ref, n, slot, attempt, since, expires, ttl }: CallbackClaims,
): Promise<HttpAnswer> {
  const { callback } = pipeline;
  /** Until when its wait's time stands where the sweeper looks. */
  let added = 0;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const state = await stores.blocks.read(run, ref);
    const register = registerOf(state, slot);
    if (state.done.has(n) || attempt <= (register.tries.get(n)?.tries ?? 0))
      return problem(410, 'Nobody waits for this any more.');
    const known = register.waiting?.get(n);
    // Not recorded yet: it will wait from then on.
    if (!callback?.heartbeatSeconds || known === undefined) return taken(false);
    const until = waitUntil(callback, since, clock.now(), expires);
    if (until <= known) return taken(false);
    if (until !== added) await stores.waits.add(run, ref, until, { block: ref.block, slot }, ttl);
    added = until;
    const next = { ...register, waiting: new Map(register.waiting).set(n, until) };
    if (await stores.blocks.replaceRegister(run, ref, { slot, read: register, next, ttl })) return taken(true);
  }
  return problem(503, 'Others are writing to the same records.', { 'retry-after': '2' });
}
