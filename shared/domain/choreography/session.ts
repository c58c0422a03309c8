/**
 * A session calls a subscription's events of one key one after the other, by their sequence numbers. A number that is missing is waited for,
 * and left out once its gap has timed out. Pure decisions: the item is written on condition that it is as it was read, or the
 * decision is taken anew.
 */

export interface Session {
  /** The number that is called, or waited for. */
  readonly next: number;
  /** Those that came and have not been told of, ascending. Their calls are there, held. */
  readonly arrived: readonly number[];
}

/** A session's decision, and which held call is to be sent now, if any. Sent again, a call is still made once. */
export interface Stepped {
  readonly session: Session;
  readonly send: number | null;
}

/** @param first the number that a session begins with */
export const newSession = (first = 1): Session => ({ next: first, arrived: [] });

/** An event comes; its call was put, held. Null where its number was passed by: it ends as `session-late`. */
export function arriveInOrder(session: Session, k: number): Stepped | null {
  if (k < session.next) return null;
  if (session.arrived.includes(k)) return stepped(session);
  return stepped({ ...session, arrived: [...session.arrived, k].sort((a, b) => a - b) });
}

/** The outcome of k is told: the number behind it is next. */
export function passOn(session: Session, k: number): Stepped {
  if (session.next !== k) return stepped(session);
  return stepped({ next: k + 1, arrived: session.arrived.filter((each) => each !== k) });
}

/** The wait for a missing number is over: the least of those that came is next. What is held and may be sent is sent again. */
export function skipGap(session: Session): Stepped {
  const [least] = session.arrived;
  return stepped(least === undefined ? session : { ...session, next: least });
}

function stepped(session: Session): Stepped {
  return { session, send: session.arrived.includes(session.next) ? session.next : null };
}
