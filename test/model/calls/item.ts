import type { CallBug } from './bugs.ts';
import { type CallRecord, type Outcome, PHASE, type Phase } from './world.ts';

/** The conditional writes to a call's item; each is one update, and what it found comes back with its failure. */

export interface Rules {
  /** Failures that end it. */
  readonly attempts: number;
  /** How far off a retry is, and what a client moves it to. */
  readonly retry: Phase;
  readonly to: Phase;
  /** Calls that kill the forwarder that tries them. */
  readonly killers: readonly number[];
  readonly forwarders: number;
  readonly rounds: number;
  /** It has a last moment. */
  readonly latest: boolean;
  /** The far future never comes. */
  readonly years: boolean;
  /** Another rule, that was tried. */
  readonly variant: Variant | null;
  readonly bug: CallBug | null;
}

export type Variant =
  /** No outcome takes the entry out in its own write, whatever stands behind it: one more write, and no message is needed to tell. */
  | 'listed until told'
  /** What is left of a message goes back with all of it. */
  | 'whole message back'
  /** A second creation sends nothing. */
  | 'created again, not sent again'
  /** A message is good for a call whatever its turn is. */
  | 'any turn is good'
  /** A round raises the turn of an entry whatever it is by now. */
  | 'raised whatever its turn';

const CRASHES = 2;

export const isHeld = ({ mark }: CallRecord, { bug }: Rules): boolean =>
  mark !== null && !mark.over && bug !== 'mark of the living counts';

/** Who sets a due time that is near sends the message, else leaves it to a round. */
export function setDue(call: CallRecord, phase: Phase): void {
  call.phase = phase;
  call.listed = phase >= PHASE.near ? 'sent' : 'unsent';
}

/** The turn goes up, where it is as read and nobody tries it: a mark that ran out stays, as evidence. */
export function raise(call: CallRecord, turn: number, rules: Rules): 'raised' | 'expired' | 'ended' | 'left' {
  if (call.outcome !== null) return 'ended';
  if (call.turn !== turn && rules.variant !== 'raised whatever its turn') return 'left';
  if (isHeld(call, rules) && !(call.past && rules.bug === 'overwritten by time')) return 'left';
  if (call.past && rules.bug !== 'tried after its last moment') {
    endCall(call, 'expired', 'nothing', rules);
    return 'expired';
  }
  call.turn += 1;
  call.phase = call.phase === PHASE.overdue ? PHASE.due : call.phase;
  call.listed = rules.bug === 'taken out when raised' ? null : 'sent';
  return 'raised';
}

/** What a message finds of a call. */
export type Found = 'ended' | 'old' | 'early' | 'held' | 'expired' | 'suspect' | 'free';

export function find(call: CallRecord, turn: number, rules: Rules): Found {
  const { bug, variant } = rules;
  if (call.outcome !== null) return 'ended';
  if (call.turn !== turn && variant !== 'any turn is good') return 'old';
  if (call.phase < PHASE.due && bug !== 'claimed before its time') return 'early';
  if (call.past && bug === 'overwritten by time') return 'expired';
  if (isHeld(call, rules)) return 'held';
  if (call.past && bug !== 'tried after its last moment') return 'expired';
  return call.mark !== null || call.alone ? 'suspect' : 'free';
}

export function claim(call: CallRecord, by: number, late: boolean, rules: Rules): void {
  if (rules.bug !== 'a status read, then tried') call.mark = { by, alone: false, over: late };
  if (rules.bug === 'taken out when claimed') call.listed = null;
}

/** A mark that ran out makes it alone; each that does while it is alone is a crash, and two are poison. */
export function claimAlone(call: CallRecord, by: number, late: boolean, rules: Rules): 'claimed' | 'poison' {
  if (call.mark !== null) {
    if (call.mark.alone || rules.bug === 'every mark is a crash') call.crashes += 1;
    if (call.crashes >= CRASHES) {
      endCall(call, 'poison', 'message', rules);
      return 'poison';
    }
  }
  call.alone = true;
  call.mark = { by, alone: true, over: late };
  return 'claimed';
}

const isOwn = ({ mark, turn }: CallRecord, by: number, of: number, { bug }: Rules): boolean =>
  mark?.by === by && (turn === of || bug === 'an old mark under a new turn');

export function settle(
  call: CallRecord,
  by: number,
  turn: number,
  answer: 'success' | 'failure' | 'pressure',
  rules: Rules,
): 'dropped' | 'ended' | 'again' {
  const { bug } = rules;
  const isAnyones =
    bug === 'a status read, then tried' || (bug === 'a success counts whoever brings it' && answer === 'success');
  if (call.outcome !== null || !(isOwn(call, by, turn, rules) || isAnyones)) return 'dropped';
  if (answer === 'success') {
    endCall(call, 'succeeded', 'message', rules);
    return 'ended';
  }
  if (answer === 'failure' || bug === 'pressure spends a try') call.tries += 1;
  if (call.tries >= rules.attempts) {
    endCall(call, 'failed', 'message', rules);
    return 'ended';
  }
  call.turn += 1;
  call.mark = null;
  call.alone = false;
  const isListed = call.listed !== null;
  setDue(call, rules.retry);
  if (!isListed) call.listed = null;
  return 'again';
}

/** A forwarder without time to try it gives it back. */
export function handBack(call: CallRecord, by: number, turn: number, rules: Rules): void {
  if (isOwn(call, by, turn, rules)) call.mark = null;
}

/**
 * Its outcome. With a message behind it, that isn't deleted before the outcome is told, the same write takes the entry out; else the entry
 * stays, for the next round.
 */
export function endCall(call: CallRecord, outcome: Outcome, behind: 'message' | 'nothing', rules: Rules): void {
  call.outcome = outcome;
  call.mark = null;
  if (behind === 'nothing') call.listed = 'ended';
  else if (rules.variant !== 'listed until told') call.listed = null;
}

/** A client's cancel: no message stands behind it, so that the next round is to tell it. */
export function cancel(call: CallRecord, rules: Rules): boolean {
  const { bug } = rules;
  const isBlind = bug === 'cancel reads, then writes';
  if (call.outcome !== null && !isBlind) return call.outcome === 'cancelled';
  if (isHeld(call, rules) && !isBlind && bug !== 'cancel under a live mark') return false;
  call.outcome = 'cancelled';
  call.mark = null;
  if (bug === 'cancel leaves the index') call.listed = null;
  else if (bug !== 'cancel keeps its look time') call.listed = 'ended';
  return true;
}

export function move(call: CallRecord, rules: Rules): boolean {
  if (call.outcome !== null || isHeld(call, rules)) return false;
  if (rules.bug !== 'moved without a new turn') call.turn += 1;
  setDue(call, rules.to);
  return true;
}

export function giveUp(call: CallRecord, turn: number, rules: Rules): 'given up' | 'ended' | 'old' | 'held' {
  const { bug } = rules;
  if (call.outcome !== null) return 'ended';
  if (call.turn !== turn && bug !== 'dead letter of an old turn') return 'old';
  if (isHeld(call, rules) && bug !== 'dead letter under a live mark') return 'held';
  endCall(call, 'failed', 'message', rules);
  return 'given up';
}
