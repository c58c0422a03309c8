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
import { childRequest } from './child-request.ts';
import type { ForwarderDeps } from './deps.ts';

/**
 * Calls one child once and applies the retry policy.
 * @param jitter see {@link childResult}
 */
export async function callChild(
  deps: ForwarderDeps,
  message: WorkMessage,
  n: number,
  before: Tries,
  run: RunRecord,
  jitter: number,
  room: AnswerRoom,
  hold: HoldResult,
): Promise<ChildResult> {
  const made = await childRequest(deps, message, n, before, run);
  if ('ended' in made) return made.ended;
  const { child, request } = made;
  const callback = await callbackOf(deps, message, child, run);
  const { callback: policy } = deps.pipeline;
  const waitsUntil = policy && ((now: number) => waitUntil(policy, now, now, run.deadline));
  const of = { run: message.run, root: firstRunOf(message.run), ...(callback !== undefined && { callback }) };
  return exchange(deps, child, { ...of, ...request, room }, hold, jitter, waitsUntil);
}

/** The URL that ends this call's child later, where the definition lets its service do so. */
async function callbackOf(
  { pipeline, callbacks, clock }: ForwarderDeps,
  message: WorkMessage,
  { n, before }: Child,
  { deadline }: RunRecord,
): Promise<string | undefined> {
  if (!pipeline.callback) return undefined;
  const { run, ref, size, ttl } = blockOf(message);
  const of = { run, ref, n, slot: message.slot, attempt: before.tries + 1, size, ttl };
  const token = signToken(await callbacks.keys(), pipeline.name, { ...of, since: clock.now(), expires: deadline });
  return `${callbacks.url}/callback/${token}`;
}
