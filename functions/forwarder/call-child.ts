import { childId } from '../../shared/domain/ids.ts';
import type { Held } from '../../shared/domain/held.ts';
import type { Outcome } from '../../shared/domain/outcome.ts';
import { judge, nextDue } from '../../shared/domain/retry.ts';
import type { Tries } from '../../shared/domain/sending.ts';
import { hold, release } from '../../shared/flow/hold.ts';
import { blockOf } from '../../shared/flow/work.ts';
import type { ForwarderDeps } from './deps.ts';
import type { WorkMessage } from '../../shared/domain/messages.ts';

/** What one call of a child came to: its end, or the time to call it again. */
export type ChildResult =
  | { readonly kind: 'ended'; readonly outcome: Outcome }
  | { readonly kind: 'again'; readonly due: number };

/**
 * Calls one child once and applies the retry policy.
 * @param jitter 0 ≤ x < 1, the same for all children of a message, so that they come due together
 */
export async function callChild(
  deps: ForwarderDeps,
  message: WorkMessage,
  n: number,
  before: Tries,
  params: unknown,
  jitter: number,
): Promise<ChildResult> {
  const { pipeline, caller, clock } = deps;
  const child = childId({ ...blockOf(message), n });
  const attempts = before.tries + 1;
  const ended = (outcome: Omit<Outcome, 'n' | 'attempts'>, calls = attempts): ChildResult => ({
    kind: 'ended',
    outcome: { n, attempts: calls, ...outcome },
  });

  const item = message.items[n - message.slot];
  if (item === undefined) throw new TypeError(`Slot ${message.slot} has no child ${n}.`);
  const body = await bodyOf(deps, message, child, item, params);
  if (body === null) return ended({ status: 'FAILED', reason: 'request-not-mapped', result: null, ms: 0 }, before.tries);

  const call = await caller.call({ run: message.run, child, attempt: attempts, body });
  const now = clock.now();
  const verdict = judge(call, now);
  if (verdict.kind === 'succeeded') {
    const key = () => `${message.run}/results/${child}.${deps.random.id()}.json`;
    const { held } = await hold(deps.objects, key, JSON.stringify(verdict.result));
    return ended({ status: 'SUCCEEDED', reason: null, result: held, ms: call.ms });
  }
  if (verdict.kind === 'retry' && attempts < pipeline.retry.attempts) {
    return { kind: 'again', due: nextDue(pipeline.retry, before.tries, verdict.retryAfterMs, jitter, now) };
  }
  const excerpt = verdict.body === null ? null : verdict.body.slice(0, pipeline.report.bodyExcerpt) || null;
  return ended({ status: 'FAILED', reason: verdict.reason, result: excerpt, ms: call.ms });
}

/** The call's JSON body; null where the user's mapping throws or gives no JSON: no further call would do better. */
async function bodyOf(
  deps: ForwarderDeps,
  message: WorkMessage,
  childId: string,
  held: Held,
  params: unknown,
): Promise<string | null> {
  const item = await release(deps.objects, held);
  try {
    const { request } = deps.pipeline;
    const mapped = request ? request(item, { runId: message.run, childId, params }) : item;
    return JSON.stringify(mapped) ?? null;
  } catch (error) {
    deps.log.warn('The request mapping failed.', { run: message.run, child: childId, error: String(error) });
    return null;
  }
}
