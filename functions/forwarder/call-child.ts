import { NotJsonError } from '../../shared/domain/errors.ts';
import { type Held, isUnread } from '../../shared/domain/held.ts';
import { childId } from '../../shared/domain/ids.ts';
import type { Json } from '../../shared/domain/json.ts';
import { blockOf, type WorkMessage } from '../../shared/domain/messages.ts';
import type { Outcome } from '../../shared/domain/outcome.ts';
import { firstRunOf, parseRedrivenItem } from '../../shared/domain/redrive.ts';
import { judge, nextDue, type RetryPolicy, type Verdict } from '../../shared/domain/retry.ts';
import type { Tries } from '../../shared/domain/sending.ts';
import { beginning } from '../../shared/domain/text.ts';
import { UserError } from '../../shared/domain/user-error.ts';
import type { RunRecord } from '../../shared/ports/run-store.ts';
import { hold, release } from '../../shared/storage/spill.ts';
import type { ForwarderDeps } from './deps.ts';
import { fitAnswer, misfitWords } from './fit-answer.ts';
import { callOfItem, type MappedCall, mapCall } from './map-call.ts';

/** What became of a child in a message's pass; times are epoch milliseconds. */
export type ChildResult =
  | { readonly kind: 'ended'; readonly outcome: Outcome }
  /** It spent a try, and is due then. */
  | { readonly kind: 'again'; readonly due: number; readonly isPressed?: boolean }
  /** It was not called, or its answer was pressure: it spent no try, and is due then. */
  | {
      readonly kind: 'handed-back';
      readonly due: number;
      /** Its answer was pressure. */
      readonly isPressed?: boolean;
      /** It was called, and the answer named no time to wait: it may be called again in this invocation. */
      readonly isSoon?: boolean;
    };

/**
 * Calls one child once and applies the retry policy.
 * @param jitter 0 ≤ x < 1, the same for all children of a message, so that they come due together
 */
export async function callChild(
  deps: ForwarderDeps,
  message: WorkMessage,
  n: number,
  before: Tries,
  run: RunRecord,
  jitter: number,
): Promise<ChildResult> {
  const { pipeline, caller, clock, gate } = deps;
  const attempts = before.tries + 1;
  const ended = (outcome: Omit<Outcome, 'n' | 'attempts'>, calls = attempts): ChildResult => ({
    kind: 'ended',
    outcome: { n, attempts: calls, ...outcome },
  });

  const held = message.items[n - message.slot];
  if (held === undefined) throw new TypeError(`Slot ${message.slot} has no child ${n}.`);
  const { child, item, problem } = await identify(deps, message, n, held, run);
  if (problem !== null) return ended({ status: 'FAILED', reason: 'bad-record', result: problem, ms: 0 }, before.tries);
  const request = requestOf(deps, child, item, run);
  if (request === null)
    return ended({ status: 'FAILED', reason: 'request-not-mapped', result: null, ms: 0 }, before.tries);

  const began = clock.now();
  const call = await caller.call({
    run: message.run,
    root: firstRunOf(message.run),
    child,
    attempt: attempts,
    ...request,
  });
  const now = clock.now();
  const verdict = gate.heard(judge(call, now), began, before.pressed);
  if (verdict.kind === 'succeeded') {
    const fit = fitAnswer(deps, child, verdict.result);
    if ('misfit' in fit) {
      const body = call.kind === 'answer' ? call.body : '';
      const result = misfitWords(fit.misfit, body, pipeline.report);
      return ended({ status: 'FAILED', reason: 'unexpected-answer', result, ms: call.ms });
    }
    const key = () => `${message.run}/results/${child}.${deps.random.id()}.json`;
    const { held } = await hold(deps.objects, key, JSON.stringify(fit.result), fit.result);
    return ended({ status: 'SUCCEEDED', reason: null, result: held, ms: call.ms });
  }
  return (
    goesOn(verdict, pipeline.retry, attempts, jitter, now) ??
    ended({
      status: 'FAILED',
      reason: verdict.reason,
      result: excerptOf(verdict.body ?? '', pipeline.report.bodyExcerpt),
      ms: call.ms,
    })
  );
}

/**
 * What becomes of a child that is called again; null where it fails.
 * @param attempts calls that spent a try, this one included if it did
 */
export function goesOn(
  verdict: Exclude<Verdict, { kind: 'succeeded' }>,
  retry: RetryPolicy,
  attempts: number,
  jitter: number,
  now: number,
): Exclude<ChildResult, { kind: 'ended' }> | null {
  if (verdict.kind === 'final') return null;
  const due = nextDue(retry, attempts, verdict.retryAfterMs, jitter, now);
  if (verdict.kind === 'pressure')
    return { kind: 'handed-back', due, isPressed: true, isSoon: verdict.retryAfterMs === 0 };
  return attempts < retry.attempts ? { kind: 'again', due, ...(verdict.isPressure && { isPressed: true }) } : null;
}

/** A child's id and item, or why that couldn't be read. A redrive's child keeps the id, and with it the Idempotency-Key, that it has in the root run. */
async function identify(
  { objects }: ForwarderDeps,
  message: WorkMessage,
  n: number,
  held: Held,
  run: RunRecord,
): Promise<{ child: string; item: Json; problem: string | null }> {
  const value = await release(objects, held);
  const [child, own] = run.redrive ? parseRedrivenItem(value) : [childId({ ...blockOf(message).ref, n }), held];
  if (isUnread(own)) return { child, item: null, problem: own.$unread };
  return { child, item: run.redrive ? await release(objects, own) : value, problem: null };
}

/** The first characters of a body, cut between two of them; null for none. */
function excerptOf(body: string, length: number): string | null {
  return beginning(body, length) || null;
}

/** The request for an item. Null if the user's mapping throws or gives no call: another try would do the same. */
function requestOf(
  { pipeline, log }: ForwarderDeps,
  childId: string,
  item: Json,
  { run, params }: RunRecord,
): MappedCall | null {
  try {
    if (!pipeline.request) return callOfItem(pipeline, item);
    const mapped: unknown = pipeline.request(item, { runId: firstRunOf(run), childId, params });
    if (mapped instanceof Promise) throw new NotJsonError('request is async; it must give the body itself.');
    return mapCall(pipeline, mapped);
  } catch (error) {
    log.error('The request mapping failed.', { child: childId, error: new UserError(error) });
    return null;
  }
}
