/** Time and chance, injected so that disorder replays. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
}

export interface Random {
  /** 0 ≤ x < 1. */
  next(): number;
  /** A unique id: letters, digits and dashes. */
  id(): string;
}
