import type { Pipeline } from '../author/definition.ts';
import type { Misfit } from '../domain/batch-answer.ts';
import type { Held } from '../domain/held.ts';
import type { Outcome } from '../domain/outcome.ts';
import { nextDue, type RetryPolicy, type Verdict } from '../domain/retry.ts';
import type { Tries } from '../domain/sending.ts';
import { beginning } from '../domain/text.ts';
import type { Process } from '../ports/deps.ts';
import type { HoldResult } from '../storage/result-pack.ts';
import { fitAnswer, misfitWords } from './fit-answer.ts';

/** A child of a message that is about to be called. */
export interface Child {
  readonly n: number;
  readonly id: string;
  readonly before: Tries;
}

/** What became of a child in a message's pass; times are epoch milliseconds. */
export type ChildResult =
  | { readonly kind: 'ended'; readonly outcome: Outcome }
  /** It spent a try, and is due then. */
  | { readonly kind: 'again'; readonly reason: string; readonly due: number; readonly isPressed?: boolean }
  /** It was not called, or its answer was pressure: it spent no try, and is due then. */
  | {
      readonly kind: 'handed-back';
      readonly due: number;
      /** Its answer was pressure. */
      readonly isPressed?: boolean;
      /** It was called, and the answer named no time to wait: it may be called again in this invocation. */
      readonly isSoon?: boolean;
      /** Children that its next call may have at most. */
      readonly together?: number;
    }
  /** Its service answered 202 and will call back: it waits until then. */
  | { readonly kind: 'waiting'; readonly until: number };

/**
 * What a child's answer makes of it, by the retry policy.
 * @param hold stores a result that is large
 * @param text the answer as it came, of a success that doesn't fit
 * @param jitter 0 ≤ x < 1, the same for all children of a message, so that they come due together
 * @returns a promise only while a large result is being stored
 */
export function childResult(
  { pipeline, clock, log }: Pick<Process, 'clock' | 'log'> & { readonly pipeline: Pipeline },
  hold: HoldResult,
  { n, id, before }: Child,
  { verdict, ms, text }: { readonly verdict: Verdict | Misfit; readonly ms: number; text(): string },
  jitter: number,
): ChildResult | Promise<ChildResult> {
  const attempts = before.tries + 1;
  const ended = (outcome: Pick<Outcome, 'status' | 'reason' | 'result'>): ChildResult => ({
    kind: 'ended',
    outcome: { n, attempts, ms, ...outcome },
  });
  const misfit = (place: string) =>
    ended({ status: 'FAILED', reason: 'unexpected-answer', result: misfitWords(place, text(), pipeline.report) });
  if (verdict.kind === 'misfit') return misfit(verdict.place);
  if (verdict.kind === 'succeeded') {
    const fit = fitAnswer({ pipeline, log }, id, verdict.result);
    if ('misfit' in fit) return misfit(fit.misfit);
    const succeeded = (result: Held) => ended({ status: 'SUCCEEDED', reason: null, result });
    const held = hold(id, JSON.stringify(fit.result), fit.result);
    return held instanceof Promise ? held.then(succeeded) : succeeded(held);
  }
  return (
    goesOn(verdict, pipeline.retry, attempts, jitter, clock.now()) ??
    ended({
      status: 'FAILED',
      reason: verdict.reason,
      result: beginning(verdict.body ?? '', pipeline.report.bodyExcerpt) || null,
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
  return attempts < retry.attempts
    ? { kind: 'again', reason: verdict.reason, due, ...(verdict.isPressure && { isPressed: true }) }
    : null;
}
