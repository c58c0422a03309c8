import { setTimeout as sleep } from 'node:timers/promises';
import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { SQS } from '../domain/limits.ts';
import { Semaphore } from '../flow/semaphore.ts';
import { failedMessages } from './batch-response.ts';
import { batches } from './sqs-event.ts';

/** A queue as its mapping sees it: real SQS in real time, or one in virtual time. Neither method throws for an outage. */
export interface SourceQueue {
  readonly arn: string;
  /** Waits until asking may bring something; a queue that waits while it is asked is always ready. */
  ready(): Promise<void>;
  /** At most `most` messages, hidden from now on; none where there are none, or `stopping` is aborted. */
  receive(most: number, stopping: AbortSignal): Promise<readonly SQSRecord[]>;
  delete(records: readonly SQSRecord[], stopping: AbortSignal): Promise<void>;
}

export interface EventSourceOptions {
  readonly queue: SourceQueue;
  readonly mapping: {
    readonly batchSize: number;
    readonly windowSeconds: number;
    readonly maxConcurrency: number;
  };
  /** Runs the function; its rejection fails the whole batch. */
  readonly invoke: (event: SQSEvent) => Promise<unknown>;
  readonly warn: (text: string) => void;
  /** Bytes of JSON one invocation gets at most; Lambda's 6 MB. */
  readonly maxPayloadBytes?: number | undefined;
}

/**
 * An SQS event-source mapping with Lambda's semantics and ReportBatchItemFailures: what succeeded is deleted, what failed
 * comes back after the queue's visibility time-out. One poller feeds all concurrent invocations: it asks the queue only
 * for what can start now, so nothing waits out its visibility time-out in here.
 */
export class EventSource {
  readonly #options: EventSourceOptions;
  readonly #invocations: Semaphore;
  readonly #stopping = new AbortController();
  /** Resolves once the mapping is stopped. */
  readonly #stopped: Promise<number>;
  readonly #running = new Set<Promise<void>>();
  #inFlight = 0;
  #resumed: Promise<void> = Promise.resolve();
  #resume = () => {};
  #isPaused = false;
  #receiving: Promise<unknown> = Promise.resolve();
  readonly #polling: Promise<void>;

  /** @throws {RangeError} on a batch size over 10 or a batching window: a host doesn't gather over receives. */
  constructor(options: EventSourceOptions) {
    const { batchSize, windowSeconds, maxConcurrency } = options.mapping;
    if (batchSize < 1 || batchSize > SQS.maxBatchEntries || windowSeconds !== 0) {
      throw new RangeError(
        `Mapping of ${options.queue.arn}: batch size ${batchSize} with a window of ${windowSeconds} s; ` +
          `hosts allow 1 to ${SQS.maxBatchEntries} without a window.`,
      );
    }
    this.#options = options;
    this.#invocations = new Semaphore(maxConcurrency);
    this.#stopped = new Promise((resolve) => {
      this.#stopping.signal.addEventListener('abort', () => resolve(0));
    });
    this.#polling = this.#poll();
  }

  /** Invocations that haven't ended. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Disables the mapping. Once resolved no message is taken until {@link resume}; invocations under way go on. */
  async pause(): Promise<void> {
    if (!this.#isPaused) {
      this.#isPaused = true;
      this.#resumed = new Promise((resolve) => {
        this.#resume = resolve;
      });
    }
    await this.#receiving;
  }

  /** Enables the mapping again. */
  resume(): void {
    this.#isPaused = false;
    this.#resume();
  }

  /**
   * Ends the mapping for good: calls off the receive in flight and waits for running invocations, at most `graceMs` of real
   * time. What they didn't finish is not deleted and would come back.
   */
  async stop(graceMs = 2_000): Promise<void> {
    this.#stopping.abort();
    this.resume();
    const giveUp = new AbortController();
    const all = async () => {
      await this.#polling;
      await Promise.all(this.#running);
    };
    await Promise.race([all(), sleep(graceMs, undefined, { signal: giveUp.signal }).catch(() => {})]);
    giveUp.abort();
  }

  async #poll(): Promise<void> {
    const { queue, mapping, maxPayloadBytes } = this.#options;
    const { batchSize } = mapping;
    const stopping = this.#stopping.signal;
    const permits = (most?: number) => Promise.race([this.#invocations.take(most), this.#stopped]);
    while (true) {
      await this.#resumed;
      let free = await permits(Math.ceil(SQS.maxBatchEntries / batchSize));
      await Promise.race([queue.ready(), this.#stopped]);
      if (stopping.aborted) return;
      if (!this.#isPaused) {
        const receiving = queue.receive(Math.min(SQS.maxBatchEntries, free * batchSize), stopping);
        this.#receiving = receiving;
        for (const batch of batches(await receiving, batchSize, maxPayloadBytes)) {
          // Batches cut by their size need more permits than there were messages asked for.
          if (free === 0) free = await permits();
          if (stopping.aborted) return;
          free -= 1;
          this.#track(this.#run(batch));
        }
      }
      this.#invocations.release(free);
    }
  }

  async #run(batch: readonly SQSRecord[]): Promise<void> {
    const { queue, invoke, warn } = this.#options;
    const ids = new Set(batch.map(({ messageId }) => messageId));
    let failed: ReadonlySet<string>;
    this.#inFlight += 1;
    try {
      failed = failedMessages(await invoke({ Records: [...batch] }), ids);
    } catch (error) {
      warn(`Batch of ${batch.length} from ${queue.arn} failed: ${describe(error)}`);
      failed = ids;
    } finally {
      // Deleting is the mapping's business, as on Lambda: the function is free for its next batch meanwhile.
      this.#inFlight -= 1;
      this.#invocations.release();
    }
    const done = batch.filter(({ messageId }) => !failed.has(messageId));
    if (done.length > 0) await queue.delete(done, this.#stopping.signal);
  }

  #track(run: Promise<void>): void {
    this.#running.add(run);
    void run.finally(() => this.#running.delete(run));
  }
}

const describe = (error: unknown) => (error instanceof Error ? (error.stack ?? error.message) : String(error));
