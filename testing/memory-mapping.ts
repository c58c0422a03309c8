import type { SQSEvent, SQSRecord } from 'aws-lambda';
import * as z from 'zod';
import type { Invocation } from './invocation.ts';
import type { Received } from './memory-queue.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** A queue as a mapping sees it: in memory, or behind a socket while virtual time stands still. */
export interface MappedQueue {
  readonly name: string;
  /** At most `max` messages, which are hidden from now on. */
  receive(max: number): readonly Received[] | Promise<readonly Received[]>;
  /** Whatever it answers is waited for. */
  delete(receiptHandles: readonly string[]): unknown;
  /** Calls `listener` whenever a message may have become visible. */
  onVisible(listener: () => void): void;
}

export interface MemoryMappingOptions {
  readonly queue: MappedQueue;
  readonly batchSize: number;
  readonly maxConcurrency: number;
  /** Probability that the deletion of a handled batch is lost: its messages come back. */
  readonly lostDeletes?: number;
  readonly clock: VirtualClock;
  readonly random: SeededRandom;
  readonly invoke: (event: SQSEvent) => Promise<Invocation>;
}

const answer = z
  .object({ batchItemFailures: z.array(z.object({ itemIdentifier: z.string().min(1) })).nullish() })
  .nullish();

/**
 * An SQS event-source mapping with Lambda's semantics: what a handler reports as failed, or everything where it threw,
 * crashed or answered nonsense, comes back after the queue's visibility time-out; the rest is deleted.
 */
export class MemoryMapping {
  readonly #options: MemoryMappingOptions;
  #inFlight = 0;
  #isPaused = false;
  #isPolling = false;
  /** Woken while polling: what came meanwhile may not have been seen. */
  #isStale = false;

  constructor(options: MemoryMappingOptions) {
    this.#options = options;
    options.queue.onVisible(() => this.#wake());
    this.#wake();
  }

  /** Invocations that haven't ended. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Takes no more messages; invocations under way go on. */
  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#wake();
  }

  /** Polls when its turn comes, so that messages sent together can arrive in one batch. */
  #wake(): void {
    this.#isStale = true;
    if (this.#isPolling) return;
    this.#isPolling = true;
    this.#options.clock.after(0, () => void this.#poll());
  }

  async #poll(): Promise<void> {
    const { queue, batchSize, maxConcurrency } = this.#options;
    this.#isStale = false;
    while (!this.#isPaused && this.#inFlight < maxConcurrency) {
      const batch = await queue.receive(batchSize);
      if (batch.length === 0) break;
      void this.#deliver(batch);
    }
    this.#isPolling = false;
    if (this.#isStale) this.#wake();
  }

  async #deliver(batch: readonly Received[]): Promise<void> {
    const { queue, invoke, random, lostDeletes = 0 } = this.#options;
    this.#inFlight += 1;
    const invocation = await invoke({ Records: batch.map((message) => sqsRecord(queue.name, message)) });
    const failed = failedMessages(invocation, new Set(batch.map(({ messageId }) => messageId)));
    const done = batch.filter(({ messageId }) => !failed.has(messageId));
    if (!random.chance(lostDeletes)) await queue.delete(done.map(({ receiptHandle }) => receiptHandle));
    this.#inFlight -= 1;
    this.#wake();
  }
}

function failedMessages(invocation: Invocation, batch: ReadonlySet<string>): ReadonlySet<string> {
  const parsed = answer.safeParse(invocation.end === 'answered' ? invocation.answer : undefined);
  if (invocation.end !== 'answered' || !parsed.success) return batch;
  const failed = (parsed.data?.batchItemFailures ?? []).map(({ itemIdentifier }) => itemIdentifier);
  // One identifier that isn't of the batch fails all of it.
  return failed.every((id) => batch.has(id)) ? new Set(failed) : batch;
}

function sqsRecord(queue: string, message: Received): SQSRecord {
  return {
    messageId: message.messageId,
    receiptHandle: message.receiptHandle,
    body: message.body,
    attributes: {
      ApproximateReceiveCount: String(message.receiveCount),
      SentTimestamp: String(message.sentAt),
      SenderId: 'simulated',
      ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: `arn:aws:sqs:us-east-1:000000000000:${queue}`,
    awsRegion: 'us-east-1',
  };
}
