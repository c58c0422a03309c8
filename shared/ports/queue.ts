/** A queue messages are sent to: at-least-once, in no order. */
export interface Queue<M> {
  /**
   * Sends all, in as few requests as their number and size allow; resolves when each is accepted.
   * @throws {QueueError} where the queue still refuses some of them after retries: send all again
   */
  send(messages: readonly Outgoing<M>[]): Promise<void>;
  /** Messages that wait to be received, about: none of those delayed or in flight. */
  waiting(): Promise<number>;
  /**
   * Whether more than so many messages wait to be received, or more are held than it has room for. What isn't urgent is better
   * sent later.
   */
  isLongerThan(messages: number): Promise<boolean>;
  /** Makes a received message visible again after so many seconds. */
  retryIn(receiptHandle: string, seconds: number): Promise<void>;
}

export interface Outgoing<M> {
  readonly message: M;
  /** 0–900. */
  readonly delaySeconds?: number;
  /** Messages of one group wait for each other's group no longer than for their own: SQS fair queues. */
  readonly group?: string | undefined;
}
