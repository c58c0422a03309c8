/**
 * A join waits for one event of each of its types, of one correlation, in whatever order they come; its time-out ends the wait. Pure
 * decisions: the item is written on condition that it is as it was read, or the decision is taken anew.
 */

export interface Join {
  /** Which event of each type came first. */
  readonly arrived: Readonly<Record<string, string>>;
  /** Its time was over before all had come: `arrived` is what came in time, and stays so. */
  readonly isClosed: boolean;
}

export const NEW_JOIN: Join = { arrived: {}, isClosed: false };

/** What becomes of an event. */
export type Arrival =
  /** It waits for the others, or was there already. */
  | 'waits'
  /** All have come: the joined branch is called. Said again of each event, as its first hearer may have died. */
  | 'joined'
  /** The time was over without it: the late branch is called, with it alone. */
  | 'late'
  /** Another event of its type is in the join. */
  | 'duplicate';

/**
 * An event comes.
 * @param types all that the join waits for
 */
export function arrive(
  join: Join,
  types: readonly string[],
  { type, event }: { readonly type: string; readonly event: string },
): { readonly join: Join; readonly arrival: Arrival } {
  const there = join.arrived[type];
  if (there === undefined && join.isClosed) return { join, arrival: 'late' };
  if (there !== undefined && there !== event) return { join, arrival: 'duplicate' };
  const after = there === undefined ? { ...join, arrived: { ...join.arrived, [type]: event } } : join;
  return { join: after, arrival: isFull(after, types) ? 'joined' : 'waits' };
}

/** Its time is over. Of a join that is full nothing is closed: who filled it may have died before the joined branch was called. */
export function timeOut(
  join: Join,
  types: readonly string[],
): { readonly join: Join; readonly branch: 'joined' | 'timed-out' } {
  if (isFull(join, types)) return { join, branch: 'joined' };
  return { join: { ...join, isClosed: true }, branch: 'timed-out' };
}

function isFull({ arrived }: Join, types: readonly string[]): boolean {
  return types.every((type) => arrived[type] !== undefined);
}
