import type {
  Call,
  CallMark,
  CallOutcome,
  DueEntry,
  LISTED_STATES,
  Look,
  NextTurn,
  Settlement,
} from '../domain/call.ts';

/**
 * Calls that stand alone, one item each. Every write is made if what was decided by still holds, and tells whether it was: reads are
 * consistent, but for lists. A write that a client repeated, as its answer was lost, knows its own.
 */
export interface CallStore {
  /** Puts the call if none has its id; otherwise the one that is there comes back, which may be of another digest. */
  create(call: Call, look: Look): Promise<{ readonly created: boolean; readonly call: Call }>;
  read(id: string): Promise<Call | null>;
  /** Those of them that there are, in any order, and as they were a moment ago at least: to watch many cheaply. Nothing decides by it. */
  readMany(ids: readonly string[]): Promise<readonly Call[]>;

  /**
   * Sets the mark and counts a call, if the turn is this one, it is due, has not ended, and neither a mark nor a suspicion is on it. The
   * call after the write; null where it was not so, or where an earlier try of the same request has done it: read it, and decide.
   */
  claim(id: string, turn: number, mark: CallMark, now: number): Promise<Call | null>;
  /** The same of a suspect, if it is as read: it is called by itself, after so many crashes. */
  claimAlone(read: Call, mark: CallMark, crashes: number): Promise<Call | null>;
  /**
   * Ends a claim that settles nothing, if it is still this one.
   * @param wasCalled false takes its call back from those that are counted
   */
  release(id: string, by: string, wasCalled: boolean): Promise<void>;
  /**
   * Writes what a claim came to, if turn and mark are still its own; false drops it, also a success.
   * @param claimed as the claim gave it
   * @param keptUntil when what has ended may go, epoch milliseconds
   */
  settle(claimed: Call, settlement: Settlement, keptUntil: number): Promise<boolean>;

  /** Writes the next turn, if the call is as read: it has not ended, and its turn and mark are these. A mark stays. */
  turn(read: Call, next: NextTurn): Promise<boolean>;
  /** Ends it, if it is as read. */
  end(read: Call, outcome: CallOutcome, keptUntil: number): Promise<boolean>;

  /** Deletes what one that has ended keeps of its item and answer: that it was, and how it ended, stays, so that its id stays used. */
  forget(ended: Call): Promise<void>;

  /** Entries whose look time has come, at most `limit`, oldest first. The index may lag. */
  due(now: number, limit: number): Promise<readonly DueEntry[]>;
  /** A page of calls, in the order of time. The index may lag, and what left the state since is not among them. */
  list(query: CallQuery): Promise<CallPage>;
}

export interface CallQuery {
  /** `DUE`: those that have not ended, by the time of their next look. Others by the time that they were asked for. */
  readonly state: (typeof LISTED_STATES)[number];
  /** The least and the greatest time, epoch milliseconds. */
  readonly from?: number | undefined;
  readonly until?: number | undefined;
  /** Where the page before ended. */
  readonly after?: string | undefined;
  readonly limit: number;
}

export interface CallPage {
  readonly calls: readonly Call[];
  /** Where the next page begins; null where none is left. */
  readonly next: string | null;
}
