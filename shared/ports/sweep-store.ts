/** What the sweeper remembers of a run between its rounds. */
export interface SweepState {
  /** Everything that moves while a run goes on, as one text: the same twice means it stood still. */
  readonly fingerprint: string;
  /** Since when it has, or when the sweeper last acted on it; epoch milliseconds. */
  readonly since: number;
  /** How often the sweeper acted on this standstill: it waits twice as long each time. */
  readonly acted: number;
  /** Since when it has stood still, once the sweeper has acted; epoch milliseconds. Absent where an older release wrote. */
  readonly still?: number;
}

export interface SweepStore {
  read(run: string): Promise<SweepState | null>;
  write(run: string, state: SweepState, ttl: number): Promise<void>;
}
