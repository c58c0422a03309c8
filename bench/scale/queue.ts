import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { queueArn } from '../../shared/host/arn.ts';
import { sqsRecord } from '../../shared/host/sqs-event.ts';
import type { Outgoing, Queue } from '../../shared/ports/queue.ts';
import { serialise, sqsRequests } from '../../testing/queue-limits.ts';

/** What all queues together were asked for. */
export interface QueueTraffic {
  messages: number;
  /** Sends, receives and deletes, each of ten messages at most. */
  requests: number;
  /** As SQS bills them: each begun 64 KB of a send or a receive. */
  billed: number;
}

/** A queue that keeps its order and loses nothing. */
export class ScaleQueue<M> implements Queue<M> {
  readonly #name: string;
  readonly #traffic: QueueTraffic;
  #bodies: string[] = [];
  #taken = 0;
  #ids = 0;
  /** Bytes held now. */
  bytes = 0;

  constructor(name: string, traffic: QueueTraffic) {
    this.#name = name;
    this.#traffic = traffic;
  }

  get size(): number {
    return this.#bodies.length - this.#taken;
  }

  async send(messages: readonly Outgoing<M>[]): Promise<void> {
    const serialised = messages.map((message) => serialise(this.#name, message));
    const { requests, billed } = sqsRequests(serialised);
    this.#traffic.messages += messages.length;
    this.#traffic.requests += requests;
    this.#traffic.billed += billed;
    for (const { body, bytes } of serialised) {
      this.#bodies.push(body);
      this.bytes += bytes;
    }
  }

  async waiting(): Promise<number> {
    return this.#bodies.length - this.#taken;
  }

  async isLongerThan(messages: number): Promise<boolean> {
    return this.size > messages;
  }

  async retryIn(): Promise<void> {
    throw new Error('A message was put back in a run without faults.');
  }

  /** Takes and deletes a batch: two requests. */
  take(max: number): SQSEvent {
    const bodies = this.#bodies.slice(this.#taken, this.#taken + max);
    this.#taken += bodies.length;
    if (this.#taken > 10_000) {
      this.#bodies = this.#bodies.slice(this.#taken);
      this.#taken = 0;
    }
    const bytes = bodies.reduce((sum, body) => sum + Buffer.byteLength(body), 0);
    this.bytes -= bytes;
    this.#traffic.requests += 2;
    this.#traffic.billed += 1 + Math.ceil(bytes / 65_536);
    return { Records: bodies.map((body) => this.#record(body)) };
  }

  #record(body: string): SQSRecord {
    this.#ids += 1;
    const id = `${this.#name}-${this.#ids}`;
    return sqsRecord({ messageId: id, receiptHandle: id, body }, queueArn(this.#name));
  }
}
