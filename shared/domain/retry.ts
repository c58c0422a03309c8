import { type CallFailure, meaningOfFailure, meaningOfStatus } from './answers.ts';
import { type Json, readJson } from './json.ts';
import { parseHttpDate, retryAfterMs } from './retry-after.ts';

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
      /** The service's own time, where it says. */
      readonly date?: string | null;
      /** AWS answered in the service's place: a right is missing, or Lambda throttles. */
      readonly fromAws?: boolean;
      /** What the service itself says of a call that it didn't serve: headers of ours that it may send. */
      readonly says?: ServiceWords;
      readonly ms: number;
    }
  | { readonly kind: 'failure'; readonly reason: CallFailure; readonly ms: number };

interface Again {
  readonly reason: string;
  readonly body: string | null;
  /** Not before so long from now. */
  readonly retryAfterMs: number;
}

/** `Microprocess-Retry` and `Microprocess-Reason`, as they came. */
export interface ServiceWords {
  readonly retry: string | null;
  readonly reason: string | null;
}

/** What a call means for its child. */
export type Verdict =
  | { readonly kind: 'succeeded'; readonly result: Json }
  /** Worth another call; no try is spent. */
  | ({ readonly kind: 'pressure' /** A failure while the breaker is open. */; readonly isSpared?: boolean } & Again)
  /** Worth another call where tries are left. */
  | ({ readonly kind: 'try-spent' /** Pressure that goes on for too long. */; readonly isPressure?: boolean } & Again)
  /** No use in calling again. */
  | { readonly kind: 'final'; readonly reason: string; readonly body: string | null };

/** Reads an answer by the one table of what answers mean. */
export function judge(call: CallResult, now: number): Verdict {
  if (call.kind === 'failure') return unusable(call.reason, null);
  return judgeStatus(call, () => waitOf(call, now)) ?? read(call.body, call.isJson);
}

/** A status, and what the service says beside it: of a call, or of one item of a batch. */
export interface Status {
  readonly httpStatus: number;
  readonly fromAws?: boolean;
  readonly says?: ServiceWords;
  readonly body: string;
}

/**
 * Reads a status; null where it says success.
 * @param waitMs how long the service asks to wait, where it is called again
 */
export function judgeStatus(status: Status, waitMs: () => number): Exclude<Verdict, { kind: 'succeeded' }> | null {
  const { meaning, reason } = meaningOfStatus(status.httpStatus, status.fromAws);
  if (meaning === 'succeeded') return null;
  const verdict = { reason: reasonOf(status.says) ?? reason, body: status.body };
  const again = againOf(status.says);
  if (again === 'never') return { kind: 'final', ...verdict };
  // Who says when to call again means that it will serve then, whatever its status.
  if (again !== null) return { kind: meaning === 'pressure' ? meaning : 'try-spent', ...verdict, retryAfterMs: again };
  if (meaning === 'final') return { kind: meaning, ...verdict };
  return { kind: meaning, ...verdict, retryAfterMs: waitMs() };
}

/** A reason code of the service's own: what is none is left aside, as it would stand in every list and table. */
function reasonOf(says: ServiceWords | undefined): string | null {
  return says?.reason && /^[a-z0-9][a-z0-9-]{0,63}$/.test(says.reason) ? says.reason : null;
}

/** `never`, or milliseconds to wait (`after=30`, in seconds); null where the service says nothing that is understood. */
function againOf(says: ServiceWords | undefined): 'never' | number | null {
  if (!says?.retry) return null;
  if (/^never$/i.test(says.retry)) return 'never';
  const [, seconds] = /^after=(\d{1,9})$/i.exec(says.retry) ?? [];
  return seconds === undefined ? null : Number(seconds) * 1_000;
}

/**
 * A success's body. JSON is what a pipeline measures, and many a service forgets to call its JSON so: what looks like a list or an
 * object is read as one. A scalar is JSON only where it is called so; otherwise it is text: 007 and 1e5 may be ids.
 */
function read(body: string, isJson: boolean): Verdict {
  if (body === '') return { kind: 'succeeded', result: null };
  if (!isJson && !/^\s*[[{]/.test(body)) return { kind: 'succeeded', result: body };
  const reading = readJson(body);
  if ('value' in reading) return { kind: 'succeeded', result: reading.value };
  return isJson ? unusable(reading.problem, body) : { kind: 'succeeded', result: body };
}

/** A date of the service's is of its clock, which need not be ours. */
function waitOf({ retryAfter, date }: CallResult & { kind: 'answer' }, now: number): number {
  return retryAfterMs(retryAfter, (date && parseHttpDate(date, now)) || now);
}

function unusable(reason: CallFailure, body: string | null): Verdict {
  const kind = meaningOfFailure(reason);
  return kind === 'final' ? { kind, reason, body } : { kind, reason, body, retryAfterMs: 0 };
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
  return now + Math.max(Math.floor(random * window), Math.min(Math.ceil(retryAfter), MAX_RETRY_AFTER_MS));
}
