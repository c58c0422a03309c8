/** Time and chance, injected so that disorder replays, and so that a test can drive schedules and time-outs. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Runs `task` after `ms` milliseconds unless the returned function was called before. */
  after(ms: number, task: () => void): () => void;
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
