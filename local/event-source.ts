import { setTimeout as sleep } from 'node:timers/promises';
import { DeleteMessageBatchCommand, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { SQS } from '../shared/domain/limits.ts';
import type { MappingWiring } from '../shared/ports/wiring.ts';
import { failedMessages } from './batch-response.ts';
import type { HostLogger } from './lambda.ts';
import { Slots } from './slots.ts';
import { batches, MAX_PAYLOAD_BYTES, sqsRecord } from './sqs-event.ts';

/**
 * Seconds of one long poll. Messages end it at once, so this only decides how soon a pause holds: a long poll in flight
 * can't be called off, as the queue would still hand its next messages to it and hide them for a whole visibility time-out.
 */
const WAIT_SECONDS = 1;
/** Pause after a failed receive, so that an unreachable queue isn't hammered. */
const ERROR_PAUSE_MS = 500;

export interface EventSourceOptions {
  readonly client: SQSClient;
  readonly queueUrl: string;
  readonly queueArn: string;
  readonly mapping: Pick<MappingWiring, 'batchSize' | 'windowSeconds' | 'maxConcurrency'>;
  /** Runs the function; its rejection fails the whole batch. */
  readonly invoke: (event: SQSEvent) => Promise<unknown>;
  readonly logger: HostLogger;
  /** Bytes of JSON one invocation gets at most; Lambda's 6 MB. */
  readonly maxPayloadBytes?: number;
}

/**
 * An SQS event-source mapping with Lambda's semantics and ReportBatchItemFailures: what succeeded is deleted, what failed
 * comes back after the queue's visibility time-out. One poller feeds all concurrent invocations: it asks the queue only
 * for what a free slot can take now, so nothing waits out its visibility time-out in here.
 */
export class EventSource {
  readonly #options: EventSourceOptions;
  readonly #slots: Slots;
  readonly #stopping = new AbortController();
  readonly #running = new Set<Promise<void>>();
  #resumed: Promise<void> = Promise.resolve();
  #resume = () => {};
  #paused = false;
  #receiving: Promise<unknown> = Promise.resolve();
  readonly #polling: Promise<void>;

  /** @throws {RangeError} on a batch size over 10 or a batching window: this host doesn't gather over receives. */
  constructor(options: EventSourceOptions) {
    const { batchSize, windowSeconds, maxConcurrency } = options.mapping;
    if (batchSize < 1 || batchSize > SQS.maxBatchEntries || windowSeconds !== 0) {
      throw new RangeError(
        `Mapping of ${options.queueArn}: batch size ${batchSize} with a window of ${windowSeconds} s; ` +
          `the embedded host allows 1 to ${SQS.maxBatchEntries} without a window.`,
      );
    }
    this.#options = options;
    this.#slots = new Slots(maxConcurrency);
    this.#polling = this.#poll();
  }

  /** Disables the mapping. Once resolved no message is taken until {@link resume}; invocations under way go on. */
  async pause(): Promise<void> {
    if (!this.#paused) {
      this.#paused = true;
      this.#resumed = new Promise((resolve) => {
        this.#resume = resolve;
      });
    }
    await this.#receiving;
  }

  /** Enables the mapping again. */
  resume(): void {
    this.#paused = false;
    this.#resume();
  }

  /**
   * Ends the mapping for good: calls off the receive in flight and waits for running invocations, at most `graceMs`. What
   * they didn't finish is not deleted and would come back.
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
    const { batchSize } = this.#options.mapping;
    const stopping = this.#stopping.signal;
    // A batch too large for one payload needs another slot; stop() must not wait for it.
    const stopped = new Promise<number>((resolve) => stopping.addEventListener('abort', () => resolve(0)));
    while (true) {
      await this.#resumed;
      let slots = await Promise.race([this.#slots.take(Math.ceil(SQS.maxBatchEntries / batchSize)), stopped]);
      if (stopping.aborted) return;
      if (!this.#paused) {
        const receiving = this.#receive(Math.min(SQS.maxBatchEntries, slots * batchSize));
        this.#receiving = receiving;
        const records = await receiving;
        for (const batch of batches(records, batchSize, this.#options.maxPayloadBytes ?? MAX_PAYLOAD_BYTES)) {
          if (slots === 0) slots = await Promise.race([this.#slots.take(), stopped]);
          if (stopping.aborted) return;
          slots -= 1;
          this.#track(this.#run(batch));
        }
      }
      this.#slots.release(slots);
    }
  }

  async #receive(most: number): Promise<readonly SQSRecord[]> {
    const { client, queueUrl, queueArn, logger } = this.#options;
    const abortSignal = this.#stopping.signal;
    try {
      const command = new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: most,
        WaitTimeSeconds: WAIT_SECONDS,
        MessageSystemAttributeNames: ['All'],
        MessageAttributeNames: ['All'],
      });
      const { Messages = [] } = await client.send(command, { abortSignal });
      return Messages.map((message) => sqsRecord(message, queueArn));
    } catch (error) {
      if (abortSignal.aborted) return [];
      logger.warn(`Receiving from ${queueUrl} failed, trying again: ${String(error)}`);
      await sleep(ERROR_PAUSE_MS, undefined, { signal: abortSignal }).catch(() => {});
      return [];
    }
  }

  async #run(batch: readonly SQSRecord[]): Promise<void> {
    const { invoke, queueArn, logger } = this.#options;
    const ids = new Set(batch.map(({ messageId }) => messageId));
    let failed: ReadonlySet<string>;
    try {
      failed = failedMessages(await invoke({ Records: [...batch] }), ids);
    } catch (error) {
      logger.warn(`Batch of ${batch.length} from ${queueArn} failed: ${describe(error)}`);
      failed = ids;
    } finally {
      // Deleting is the mapping's business, as on Lambda: the function is free for its next batch meanwhile.
      this.#slots.release();
    }
    await this.#delete(batch.filter(({ messageId }) => !failed.has(messageId)));
  }

  async #delete(done: readonly SQSRecord[]): Promise<void> {
    if (done.length === 0) return;
    const { client, queueUrl, logger } = this.#options;
    try {
      const { Failed = [] } = await client.send(
        new DeleteMessageBatchCommand({
          QueueUrl: queueUrl,
          Entries: done.map(({ receiptHandle }, index) => ({ Id: String(index), ReceiptHandle: receiptHandle })),
        }),
      );
      if (Failed.length > 0) logger.warn(`${Failed.length} messages of ${queueUrl} not deleted: ${Failed[0]?.Message}`);
    } catch (error) {
      // They come back after the visibility time-out: at-least-once is what handlers are written for.
      if (!this.#stopping.signal.aborted) logger.warn(`Deleting from ${queueUrl} failed: ${String(error)}`);
    }
  }

  #track(run: Promise<void>): void {
    this.#running.add(run);
    void run.finally(() => this.#running.delete(run));
  }
}

const describe = (error: unknown) => (error instanceof Error ? (error.stack ?? error.message) : String(error));
