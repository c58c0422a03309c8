/**
 * Chooses what a standard queue with message groups hands out next: the oldest message of the group with the fewest in flight, and of
 * several such groups of the one that had to wait longest for its turn. So SQS's fair queues are understood here: what AWS says of them is
 * that groups which keep few messages in flight go before those that keep many.
 */
export class FairTurns {
  readonly #lastTurns = new Map<string, number>();
  #turns = 0;

  /**
   * @param waiting the groups of the messages that wait, oldest first
   * @returns the index of the next one; -1 where none waits
   */
  next(waiting: Iterable<string>, inFlight: ReadonlyMap<string, number>): number {
    const seen = new Set<string>();
    let next = { index: -1, group: '', busy: Number.POSITIVE_INFINITY, turn: 0 };
    let index = -1;
    for (const group of waiting) {
      index++;
      if (seen.has(group)) continue;
      seen.add(group);
      const busy = inFlight.get(group) ?? 0;
      const turn = this.#lastTurns.get(group) ?? 0;
      if (busy < next.busy || (busy === next.busy && turn < next.turn)) next = { index, group, busy, turn };
    }
    // A queue sees few runs at a time and many in a month.
    if (this.#lastTurns.size > 1_000) this.#lastTurns.clear();
    if (next.index >= 0) this.#lastTurns.set(next.group, ++this.#turns);
    return next.index;
  }
}
