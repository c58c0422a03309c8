/** Thrown by a handler that wants its message again after so many seconds; nothing went wrong. */
export class RetryLater extends Error {
  readonly seconds: number;
  constructor(seconds: number) {
    super(`Back in ${seconds} s.`);
    this.seconds = seconds;
  }
}
