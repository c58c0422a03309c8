import { SQS } from '../../shared/domain/limits.ts';
import type { WorkMessage } from '../../shared/domain/messages.ts';
import { outgoing } from '../../shared/flow/work.ts';
import type { SplitterDeps } from './deps.ts';

/** Messages of complete blocks on their way: whole batches go at once, the rest with the next block's or at the latest in `sent`. */
export class Outbox {
  readonly #deps: SplitterDeps;
  readonly #waiting: WorkMessage[] = [];
  #sending: Promise<void>[] = [];

  constructor(deps: SplitterDeps) {
    this.#deps = deps;
  }

  add(messages: readonly WorkMessage[]): void {
    this.#waiting.push(...messages);
    this.#post(this.#waiting.length - (this.#waiting.length % SQS.maxBatchEntries));
  }

  /** Resolves when every message is accepted. */
  async sent(): Promise<void> {
    this.#post(this.#waiting.length);
    await Promise.all(this.#sending);
    this.#sending = [];
  }

  /** Waits for the sends under way, however they end: a failed invocation must leave none running. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#sending);
  }

  #post(count: number): void {
    if (count === 0) return;
    const messages = this.#waiting.splice(0, count).map((message) => outgoing(this.#deps, message));
    const sending = this.#deps.queues.work.send(messages);
    // `sent` awaits it; until then a rejection must not count as unhandled.
    sending.catch(() => undefined);
    this.#sending.push(sending);
  }
}
