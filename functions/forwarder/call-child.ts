import { exchange } from '../../shared/calling/exchange.ts';
import { blockOf, type WorkMessage } from '../../shared/domain/messages.ts';
import { firstRunOf } from '../../shared/domain/redrive.ts';
import type { Tries } from '../../shared/domain/sending.ts';
import { waitUntil } from '../../shared/domain/waiting.ts';
import { signToken } from '../../shared/flow/callback-token.ts';
import type { Child, ChildResult } from '../../shared/flow/child-result.ts';
import type { AnswerRoom } from '../../shared/ports/caller.ts';
import type { RunRecord } from '../../shared/ports/run-store.ts';
import type { HoldResult } from '../../shared/storage/result-pack.ts';
import { type ChildRequest, childRequest, type Requested } from './child-request.ts';
import type { ForwarderDeps } from './deps.ts';

/**
 * Calls one child once and applies the retry policy. No promise more than the call's own: at thousands a second each of them counts.
 * @param jitter see {@link childResult}
 */
export function callChild(
  deps: ForwarderDeps,
  message: WorkMessage,
  n: number,
  before: Tries,
  run: RunRecord,
  jitter: number,
  room: AnswerRoom,
  hold: HoldResult,
): ChildResult | Promise<ChildResult> {
  const { callback: policy } = deps.pipeline;
  const send = ({ child, request }: Requested, callback?: string): Promise<ChildResult> => {
    const waitsUntil = policy && ((now: number) => waitUntil(policy, now, now, run.deadline));
    const of = { run: message.run, root: firstRunOf(message.run), ...(callback !== undefined && { callback }) };
    return exchange(deps, child, { ...of, ...request, room }, hold, jitter, waitsUntil);
  };
  const call = (made: ChildRequest) => {
    if ('ended' in made) return made.ended;
    return policy ? callbackOf(deps, message, made.child, run).then((url) => send(made, url)) : send(made);
  };
  const made = childRequest(deps, message, n, before, run);
  return made instanceof Promise ? made.then(call) : call(made);
}

/** The URL that ends this call's child later. */
async function callbackOf(
  { pipeline, callbacks, clock }: ForwarderDeps,
  message: WorkMessage,
  { n, before }: Child,
  { deadline }: RunRecord,
): Promise<string> {
  const { run, ref, size, ttl } = blockOf(message);
  const of = { run, ref, n, slot: message.slot, attempt: before.tries + 1, size, ttl };
  const token = signToken(await callbacks.keys(), pipeline.name, { ...of, since: clock.now(), expires: deadline });
  return `${callbacks.url}/callback/${token}`;
}
