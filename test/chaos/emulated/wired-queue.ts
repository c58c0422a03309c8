import {
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type QueueAttributeName,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { sqsQueue } from '../../../shared/adapters/sqs/sqs-queue.ts';
import type { Outgoing, Queue } from '../../../shared/ports/queue.ts';
import type { Received } from '../../../testing/memory-queue.ts';
import type { RealWork } from '../../../testing/real-work.ts';
import { nameOf, type QueueSetting, type WorldQueue } from '../../../testing/world-queues.ts';
import { type Unkindness, unkindSqs } from './unkind-sqs.ts';

const COUNTS: QueueAttributeName[] = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
];

const received = z.object({
  MessageId: z.string(),
  ReceiptHandle: z.string(),
  Body: z.string(),
  Attributes: z.object({
    ApproximateReceiveCount: z.coerce.number(),
    SentTimestamp: z.coerce.number(),
    ApproximateFirstReceiveTimestamp: z.coerce.number(),
  }),
});

export interface WiredQueueOptions {
  readonly setting: QueueSetting<WiredQueue>;
  readonly client: SQSClient;
  readonly url: string;
  readonly work: RealWork;
  readonly unkindness: Omit<Unkindness, 'duplicates'>;
  readonly done: (what: keyof Unkindness) => void;
}

/**
 * A world's queue that is one of the emulated SQS: handlers send through the adapter that is deployed, and a mapping
 * receives and deletes as Lambda's pollers do. It knows no message; it only says when it is worth asking for some.
 */
export class WiredQueue implements WorldQueue {
  readonly name: string;
  /** Ids of the messages that came out of the dead-letter queue. */
  readonly buried: ReadonlySet<string>;
  readonly #options: WiredQueueOptions;
  readonly #client: SQSClient;
  readonly #adapter: Queue<unknown>;
  readonly #listeners: (() => void)[] = [];
  readonly #received = new Set<string>();
  /** Some message was received as often as it may: the next receive moves it. */
  #isSpent = false;

  constructor(options: WiredQueueOptions) {
    const { setting, url, work } = options;
    this.name = nameOf(setting);
    this.buried = setting.deadLetter ? setting.deadLetter.#received : new Set();
    this.#options = options;
    this.#client = work.watch(options.client);
    const { random, duplicates } = setting;
    const unkind = unkindSqs({
      client: options.client,
      random,
      unkindness: { ...options.unkindness, duplicates },
      done: options.done,
      accepted: (delaySeconds) => this.#wakeIn(delaySeconds),
    });
    // Watched itself: it also waits between its requests.
    this.#adapter = work.watch(sqsQueue<unknown>({ client: unkind, url }));
  }

  get size(): Promise<number> {
    return this.#size();
  }

  send(messages: readonly Outgoing<unknown>[]): Promise<void> {
    return this.#adapter.send(messages);
  }

  waiting(): Promise<number> {
    return this.#adapter.waiting();
  }

  isLongerThan(messages: number): Promise<boolean> {
    return this.#adapter.isLongerThan(messages);
  }

  async retryIn(receiptHandle: string, seconds: number): Promise<void> {
    await this.#adapter.retryIn(receiptHandle, seconds);
    this.#wakeIn(Math.max(0, Math.ceil(seconds)));
  }

  async receive(max: number): Promise<Received[]> {
    const { random, wired, deadLetter } = this.#options.setting;
    const { Messages = [] } = await this.#client.send(
      new ReceiveMessageCommand({
        QueueUrl: this.#options.url,
        // SQS gives fewer than there are whenever it likes.
        MaxNumberOfMessages: random.chance(0.1) ? 1 + random.integer(max) : max,
        MessageSystemAttributeNames: ['All'],
      }),
    );
    const messages = z.array(received).parse(Messages).map(readable);
    if (messages.length > 0) this.#wakeIn(wired.visibilitySeconds);
    if (this.#isSpent && deadLetter) deadLetter.#wakeIn(0);
    for (const { messageId, receiveCount } of messages) {
      this.#received.add(messageId);
      this.#isSpent ||= receiveCount >= wired.maxReceiveCount;
    }
    return messages;
  }

  /** @throws {Error} where SQS refuses some: no emulator does */
  async delete(receiptHandles: readonly string[]): Promise<void> {
    if (receiptHandles.length === 0) return;
    const Entries = receiptHandles.map((ReceiptHandle, index) => ({ Id: String(index), ReceiptHandle }));
    const { Failed = [] } = await this.#client.send(
      new DeleteMessageBatchCommand({ QueueUrl: this.#options.url, Entries }),
    );
    if (Failed.length > 0) throw new Error(`${Failed.length} messages of ${this.name} were not deleted.`);
  }

  onVisible(listener: () => void): void {
    this.#listeners.push(listener);
  }

  #wakeIn(seconds: number): void {
    this.#options.setting.clock.after(seconds * 1_000, () => {
      for (const listener of this.#listeners) listener();
    });
  }

  async #size(): Promise<number> {
    const { Attributes = {} } = await this.#client.send(
      new GetQueueAttributesCommand({ QueueUrl: this.#options.url, AttributeNames: COUNTS }),
    );
    return COUNTS.reduce((sum, name) => sum + Number(Attributes[name] ?? 0), 0);
  }
}

function readable({ MessageId, ReceiptHandle, Body, Attributes }: z.infer<typeof received>): Received {
  return {
    messageId: MessageId,
    receiptHandle: ReceiptHandle,
    body: Body,
    receiveCount: Attributes.ApproximateReceiveCount,
    sentAt: Attributes.SentTimestamp,
    firstReceivedAt: Attributes.ApproximateFirstReceiveTimestamp,
  };
}
