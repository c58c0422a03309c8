import { blockOf, type WorkMessage } from '../../shared/domain/messages.ts';
import { firstRunOf } from '../../shared/domain/redrive.ts';
import { judge } from '../../shared/domain/retry.ts';
import type { Tries } from '../../shared/domain/sending.ts';
import { waitUntil } from '../../shared/domain/waiting.ts';
import { signToken } from '../../shared/flow/callback-token.ts';
import { type Child, type ChildResult, childResult } from '../../shared/flow/child-result.ts';
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
  const { pipeline, caller, clock, gate } = deps;
  const made = await childRequest(deps, message, n, before, run);
  if ('ended' in made) return made.ended;
  const { child, request } = made;
  const callback = await callbackOf(deps, message, child, run);
  const began = clock.now();
  const call = await caller.call({
    run: message.run,
    root: firstRunOf(message.run),
    child: child.id,
    attempt: before.tries + 1,
    ...(callback !== undefined && { callback }),
    ...request,
    room,
  });
  if (pipeline.callback && call.kind === 'answer' && call.httpStatus === 202) {
    const now = clock.now();
    gate.heard({ kind: 'succeeded', result: null }, began);
    return { kind: 'waiting', until: waitUntil(pipeline.callback, now, now, run.deadline) };
  }
  const verdict = gate.spares(gate.heard(judge(call, clock.now()), began, before.tries === 0), before.pressed);
  const text = () => (call.kind === 'answer' ? call.body : '');
  return childResult(deps, hold, child, { verdict, ms: call.ms, text }, jitter);
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
