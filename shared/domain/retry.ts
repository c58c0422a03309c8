import type { Json } from './json.ts';

/** When a child is called again, and how often; a definition's `retry`. */
export interface RetryPolicy {
  /** Calls of one child at most. */
  readonly attempts: number;
  readonly baseSeconds: number;
  readonly maxSeconds: number;
}

/** What one HTTP call came to, before the retry policy looks at it. */
export type CallResult =
  | {
      readonly kind: 'answer';
      readonly httpStatus: number;
      readonly body: string;
      readonly isJson: boolean;
      readonly retryAfter: string | null;
      readonly ms: number;
    }
  | { readonly kind: 'failure'; readonly reason: CallFailure; readonly ms: number };

export const CALL_FAILURES = [
  'timeout',
  'connection-refused',
  'connection-reset',
  'dns',
  'tls',
  'network',
  'response-too-large',
  'bad-request',
] as const;
export type CallFailure = (typeof CALL_FAILURES)[number];

/** What a call means for its child. */
export type Verdict =
  | { readonly kind: 'succeeded'; readonly result: Json }
  /** No use in calling again. */
  | { readonly kind: 'failed'; readonly reason: string; readonly body: string | null }
  /** Worth another call, where attempts are left; not before `retryAfterMs` from now. */
  | { readonly kind: 'retry'; readonly reason: string; readonly body: string | null; readonly retryAfterMs: number };

/** Client errors that say "later", not "never". */
const RETRYABLE_4XX = new Set([408, 425, 429]);
/** Failures that every further call would meet again. */
const FINAL_FAILURES: ReadonlySet<CallFailure> = new Set(['response-too-large', 'bad-request']);

/** Reads an answer: 2xx succeeds, 408, 425, 429, 5xx and lost connections are worth a retry, all else fails at once. */
export function judge(call: CallResult, now: number): Verdict {
  if (call.kind === 'failure') {
    return FINAL_FAILURES.has(call.reason)
      ? { kind: 'failed', reason: call.reason, body: null }
      : { kind: 'retry', reason: call.reason, body: null, retryAfterMs: 0 };
  }
  const { httpStatus, body } = call;
  // A 202 promises a later callback, which no pipeline can ask for yet: taking it for success would report unfinished work.
  if (httpStatus === 202) return { kind: 'failed', reason: 'http-202-not-supported', body };
  if (httpStatus >= 200 && httpStatus < 300) {
    if (body === '') return { kind: 'succeeded', result: null };
    // JSON is what a pipeline measures, and many a service forgets to call its JSON so.
    const result = parse(body);
    if (result !== undefined) return { kind: 'succeeded', result };
    return call.isJson
      ? { kind: 'retry', reason: 'invalid-json', body, retryAfterMs: 0 }
      : { kind: 'succeeded', result: body };
  }
  const reason = `http-${httpStatus}`;
  return httpStatus >= 500 || RETRYABLE_4XX.has(httpStatus)
    ? { kind: 'retry', reason, body, retryAfterMs: retryAfterMs(call.retryAfter, now) }
    : { kind: 'failed', reason, body };
}

function parse(body: string): Json | undefined {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** `Retry-After` in milliseconds from now: seconds or an HTTP date; 0 where absent or unreadable. */
export function retryAfterMs(header: string | null, now: number): number {
  if (header === null) return 0;
  const text = header.trim();
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now;
  return Number.isFinite(ms) ? Math.max(0, ms) : 0;
}

/** Longest wait a service can ask of one child: beyond it the run's deadline matters more. */
const MAX_RETRY_AFTER_MS = 12 * 3_600_000;

/**
 * When to call again, epoch milliseconds: full jitter over an exponentially growing window, never before the service's
 * own Retry-After.
 * @param tries calls made so far, this one included
 * @param random 0 ≤ x < 1, drawn once per message: its children wait together, or a slot would be sent 64 times
 */
export function nextDue(retry: RetryPolicy, tries: number, retryAfter: number, random: number, now: number): number {
  // Doubled 30 times anything is at its cap; further on 0 × ∞ would be no number.
  const window = Math.min(retry.maxSeconds, retry.baseSeconds * 2 ** Math.min(tries, 30)) * 1_000;
  return now + Math.max(Math.floor(random * window), Math.min(retryAfter, MAX_RETRY_AFTER_MS));
}
