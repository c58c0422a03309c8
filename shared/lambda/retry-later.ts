/** Thrown by a handler that wants its message again after so many seconds; nothing went wrong. */
export class RetryLater extends Error {
  readonly seconds: number;
  constructor(seconds: number) {
    super(`Back in ${seconds} s.`);
    this.seconds = seconds;
  }
}

/** Wraps what a handler throws for a message that must not come back before a time: something of it was told to wait. */
export class NotBefore extends Error {
  /** Epoch milliseconds. */
  readonly until: number;
  constructor(cause: unknown, until: number) {
    super(`Not before ${new Date(until).toISOString()}.`, { cause });
    this.until = until;
  }
}
