import { type CallFailure, meaningOfFailure, meaningOfStatus } from './answers.ts';
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

/** What a call means for its child. */
export type Verdict =
  | { readonly kind: 'succeeded'; readonly result: Json }
  /** Worth another call, not before `retryAfterMs` from now; a spent try only where tries are left. */
  | {
      readonly kind: 'pressure' | 'try-spent';
      readonly reason: string;
      readonly body: string | null;
      readonly retryAfterMs: number;
    }
  /** No use in calling again. */
  | { readonly kind: 'final'; readonly reason: string; readonly body: string | null };

/** Reads an answer by the one table of what answers mean. */
export function judge(call: CallResult, now: number): Verdict {
  if (call.kind === 'failure') return unusable(call.reason, null);
  const { meaning, reason } = meaningOfStatus(call.httpStatus);
  if (meaning === 'succeeded') return read(call.body, call.isJson);
  if (meaning === 'final') return { kind: meaning, reason, body: call.body };
  return { kind: meaning, reason, body: call.body, retryAfterMs: retryAfterMs(call.retryAfter, now) };
}

/** A success's body. JSON is what a pipeline measures, and many a service forgets to call its JSON so. */
function read(body: string, isJson: boolean): Verdict {
  if (body === '') return { kind: 'succeeded', result: null };
  const result = parse(body);
  if (result !== undefined) return { kind: 'succeeded', result };
  return isJson ? unusable('invalid-json', body) : { kind: 'succeeded', result: body };
}

function unusable(reason: CallFailure, body: string | null): Verdict {
  const kind = meaningOfFailure(reason);
  return kind === 'final' ? { kind, reason, body } : { kind, reason, body, retryAfterMs: 0 };
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
