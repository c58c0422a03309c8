/** Time and chance, injected so that disorder replays, and so that a test can drive schedules and time-outs. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /**
   * Runs `task` after `ms` milliseconds unless the returned function was called before.
   * @param purpose a limit, by default, of work that goes on meanwhile; or a wait, with nothing else to do. Simulations tell them apart:
   *   time may pass for a wait, and stands still for work
   */
  after(ms: number, task: () => void, purpose?: 'limit' | 'wait'): () => void;
}

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, task) {
    const timer = setTimeout(task, ms);
    return () => clearTimeout(timer);
  },
};

export interface Random {
  /** 0 ≤ x < 1. */
  next(): number;
  /** A unique id: letters, digits and dashes. */
  id(): string;
}
