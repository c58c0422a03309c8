import { visibilitySeconds } from './capacity.ts';
import type { Json } from './json.ts';
import type { Outcome } from './outcome.ts';
import { CHILD_STATUSES, type ChildStatus } from './row.ts';
import { MARK_MARGIN_MS, POISON_CRASHES } from './sending.ts';

/**
 * Calls that stand alone: children without a run, such as deferred tasks. Pure decisions over one call and the clock; times are epoch
 * milliseconds. Each change is one write, on condition that what was decided by still holds: docs/adr/0053.
 */

/**
 * What stands in a run's place in all that names one: headers, the Idempotency-Key, keys of objects. No run's id begins with a tilde.
 */
export const TASKS_RUN = '~tasks';

/** How a call ended. The first one is final. */
export interface CallOutcome extends Omit<Outcome, 'n'> {
  /** When it was recorded. */
  readonly at: number;
}

/** Which claim is calling, and until when its invocation lives. Found after that, it is evidence of a death. */
export interface CallMark {
  /** Of one claim alone: a writer that meets its own write knows it. */
  readonly by: string;
  readonly deadline: number;
}

export interface Call {
  readonly id: string;
  /** Of the request that created it. */
  readonly digest: string;
  readonly item: Json;
  readonly createdAt: number;
  /** No try starts later; null for no such time. */
  readonly latest: number | null;
  /** The time that it was asked for. */
  readonly wanted: number;
  /** Its next try starts no earlier. */
  readonly due: number;
  /** How often it was sent again, or moved; a message of another turn is void. */
  readonly turn: number;
  /** Calls that were made, or may have been. 0: the service never heard of it. */
  readonly calls: number;
  /** Those that spent a try. */
  readonly tries: number;
  /** In a row, those that ended by the service being busy. */
  readonly pressed: number;
  /** Times in a row that a round took it up though it had a message. */
  readonly rounds: number;
  /** Crashes while it was called by itself; null for one that may be called beside others. */
  readonly alone: number | null;
  readonly mark: CallMark | null;
  /** How late its first call began, milliseconds; null before that ended. */
  readonly late: number | null;
  readonly outcome: CallOutcome | null;
}

/** When a round looks at a call that has not ended, and whether the one who writes this time also sends a message. */
export interface Look {
  readonly at: number;
  readonly sends: boolean;
}

/** An entry of the index of calls that have not ended. It may lag behind the call. */
export interface DueEntry {
  readonly id: string;
  readonly turn: number;
  readonly at: number;
  /** A message of this turn was sent, or was about to be. */
  readonly sent: boolean;
}

/** A due time nearer than this is sent at once, with a delay. SQS delays by 15 minutes at most. */
export const NEAR_MS = 10 * 60_000;
/** A later one is looked at so long before: rounds come every minute, and one may fail. */
export const LEAD_MS = 3 * 60_000;
/** A round that finds a call again and again waits at most so many doublings of the patience. */
const MOST_DOUBLINGS = 6;

/**
 * How long a message may be under way: its queue's visibility time-out and a minute, in milliseconds.
 * @param timeoutSeconds of the function that calls
 */
export function patienceOf(timeoutSeconds: number): number {
  return (visibilitySeconds(timeoutSeconds) + 60) * 1_000;
}

const DAY_MS = 86_400_000;
/** A message lives for 14 days in SQS: it must find what became of its call, or would make it again. */
const LEAST_KEPT_DAYS = 15;

/** Until when the record of a call that has ended is kept. */
export function callKeptUntil(retentionDays: number, endedAt: number): number {
  return endedAt + Math.max(LEAST_KEPT_DAYS, retentionDays) * DAY_MS;
}

/** @param patience see {@link patienceOf} */
export function lookOf(due: number, now: number, patience: number): Look {
  return due - now <= NEAR_MS
    ? { at: Math.max(due, now) + patience, sends: true }
    : { at: due - LEAD_MS, sends: false };
}

/** Seconds that a message is delayed by. Rounded down: its receiver waits for the rest of the second. */
export function callDelaySeconds(due: number, now: number): number {
  return Math.min(900, Math.max(0, Math.floor((due - now) / 1_000)));
}

/** What is stored of a new call, and when it is looked at. A time that has passed is now. */
export function newCall(
  request: Pick<Call, 'id' | 'digest' | 'item' | 'latest' | 'wanted'>,
  now: number,
  patience: number,
): { readonly call: Call; readonly look: Look } {
  const fresh = { turn: 0, calls: 0, tries: 0, pressed: 0, rounds: 0, alone: null, mark: null, late: null };
  const call = { ...request, ...fresh, createdAt: now, due: request.wanted, outcome: null };
  return { call, look: lookOf(call.due, now, patience) };
}

/** Those by which calls are listed. `DUE`: they have not ended. */
export const LISTED_STATES = ['DUE', ...CHILD_STATUSES] as const;

/** What a call is doing. */
export type CallState = 'pending' | 'calling' | ChildStatus;

export function callStateOf({ outcome, mark }: Pick<Call, 'outcome' | 'mark'>, now: number): CallState {
  return outcome?.status ?? (isLive(mark, now) ? 'calling' : 'pending');
}

/** Whether the claim's invocation may still be calling. */
export function isLive(mark: CallMark | null, now: number): boolean {
  return mark !== null && endOfMark(mark) > now;
}

/** From then on a mark is evidence. */
export function endOfMark({ deadline }: CallMark): number {
  return deadline + MARK_MARGIN_MS;
}

/** What a message's receiver does about a call that it could not claim. */
export type Refused =
  /** An earlier try of the same request has claimed it. */
  | { readonly do: 'call' }
  /** Nothing is left to do: delete the message. */
  | { readonly do: 'void' }
  /** Another claim is calling: the message goes back until then, as its holder may die. */
  | { readonly do: 'back'; readonly until: number }
  /** Not yet: send it anew, delayed. */
  | { readonly do: 'early'; readonly due: number }
  /** A claim's holder may have died of it: see {@link takeUp}, behind the rest of the batch. */
  | { readonly do: 'suspect' }
  /** Whatever held it is gone meanwhile. */
  | { readonly do: 'claim' };

/** @param by of the claim that was refused */
export function decideRefused(call: Call | null, turn: number, by: string, now: number): Refused {
  if (call === null || call.outcome || call.turn !== turn) return { do: 'void' };
  if (call.mark?.by === by) return { do: 'call' };
  if (call.mark && isLive(call.mark, now)) return { do: 'back', until: endOfMark(call.mark) };
  if (call.due > now) return { do: 'early', due: call.due };
  return call.mark || call.alone !== null ? { do: 'suspect' } : { do: 'claim' };
}

/**
 * What becomes of a suspect, in which no mark is live: its crashes, as it is called by itself now, or that it is poison. A death beside
 * others accuses none of them; it makes the call one that is called alone.
 */
export function takeUp({ alone, mark }: Pick<Call, 'alone' | 'mark'>): {
  readonly crashes: number;
  readonly isPoison: boolean;
} {
  const crashes = alone === null ? 0 : alone + (mark ? 1 : 0);
  return { crashes, isPoison: crashes >= POISON_CRASHES };
}

/** Whether a claimed call came too late to be made: it ends as EXPIRED. */
export function isTooLate({ latest }: Pick<Call, 'latest'>, now: number): boolean {
  return latest !== null && now > latest;
}

/** What a try came to; a child's results are such. */
export type TryResult =
  | { readonly kind: 'ended'; readonly outcome: Omit<CallOutcome, 'at'> }
  | {
      /** `again` spent a try; `handed-back` didn't, and was a call only under pressure. */
      readonly kind: 'again' | 'handed-back';
      readonly due: number;
      readonly isPressed?: boolean;
    };

/** A call's next turn, as one write makes it. */
export interface NextTurn {
  readonly turn: number;
  readonly wanted: number;
  readonly due: number;
  readonly calls: number;
  readonly tries: number;
  readonly pressed: number;
  readonly rounds: number;
  readonly alone: number | null;
  readonly late: number | null;
  readonly look: Look;
}

/** What a claim's holder writes; in place of it {@link CallOutcome} where it has ended. */
export type Settlement = { readonly outcome: CallOutcome; readonly late: number | null } | { readonly next: NextTurn };

/**
 * What a try makes of its call.
 * @param call as the claim gave it
 * @param began when the try did
 */
export function settlementOf(call: Call, result: TryResult, began: number, now: number, patience: number): Settlement {
  const late = call.late ?? Math.max(0, began - call.wanted);
  if (result.kind === 'ended') return { outcome: { ...result.outcome, at: now }, late };
  const { due, isPressed = false } = result;
  const wasCalled = result.kind === 'again' || isPressed;
  const next = {
    ...turned(call, due, now, patience),
    calls: wasCalled ? call.calls : call.calls - 1,
    tries: call.tries + (result.kind === 'again' ? 1 : 0),
    pressed: isPressed ? call.pressed + 1 : wasCalled ? 0 : call.pressed,
    // A suspect that was not called stays one.
    alone: wasCalled ? null : call.alone,
    late: wasCalled ? late : call.late,
  };
  return { next };
}

/** The next turn of a call that is moved to another time. Its tries stay: they were made. */
export function movedTo(call: Call, wanted: number, now: number, patience: number): NextTurn {
  return { ...turned(call, wanted, now, patience), wanted };
}

function turned(call: Call, due: number, now: number, patience: number): NextTurn {
  const { wanted, calls, tries, pressed, alone, late } = call;
  const look = lookOf(due, now, patience);
  return { turn: call.turn + 1, wanted, due, calls, tries, pressed, rounds: 0, alone, late, look };
}

/** What a round does about an entry whose time has come. */
export type RoundStep =
  /** The index lags, or its message is on its way. */
  | { readonly do: 'leave' }
  /** Write the next turn, if the call is as read; then send. An expired mark stays, as the evidence that it is. */
  | { readonly do: 'raise'; readonly next: NextTurn };

/** @param hasBacklog messages wait in the queue, and this call's may be among them */
export function roundStep(
  call: Call | null,
  entry: DueEntry,
  now: number,
  patience: number,
  hasBacklog: boolean,
): RoundStep {
  if (call === null || call.outcome || call.turn !== entry.turn || isLive(call.mark, now)) return { do: 'leave' };
  if (entry.sent && hasBacklog) return { do: 'leave' };
  const rounds = entry.sent ? call.rounds + 1 : 0;
  const at = Math.max(call.due, now) + patience * 2 ** Math.min(rounds, MOST_DOUBLINGS);
  const next = { ...turned(call, call.due, now, patience), rounds, look: { at, sends: true } };
  return { do: 'raise', next };
}
