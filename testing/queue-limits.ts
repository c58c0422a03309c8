import { QueueError, show } from '../shared/domain/errors.ts';
import { SQS } from '../shared/domain/limits.ts';
import type { Outgoing } from '../shared/ports/queue.ts';

/** A message as it travels. */
export interface Serialised {
  /** JSON text. */
  readonly body: string;
  readonly bytes: number;
  readonly delaySeconds: number;
  readonly group?: string | undefined;
}

/** @throws {QueueError} on a message that SQS wouldn't take: over 1 MiB, not JSON, or delayed by more than 900 s */
export function serialise(queue: string, { message, delaySeconds = 0, group }: Outgoing<unknown>): Serialised {
  const body: unknown = JSON.stringify(message);
  if (typeof body !== 'string')
    throw new QueueError(`${show(message)} can't be sent to queue ${queue}: it isn't JSON.`);
  const bytes = Buffer.byteLength(body);
  if (bytes > SQS.maxPayloadBytes) {
    throw new QueueError(
      `A message of ${bytes} bytes can't be sent to queue ${queue}; allowed are ${SQS.maxPayloadBytes} bytes.`,
    );
  }
  if (!Number.isInteger(delaySeconds) || delaySeconds < 0 || delaySeconds > SQS.maxDelaySeconds) {
    throw new QueueError(
      `A delay of ${delaySeconds} s can't be asked of queue ${queue}; allowed are whole seconds from 0 to ${SQS.maxDelaySeconds}.`,
    );
  }
  return { body, bytes, delaySeconds, group };
}

/** Requests of ten messages and 1 MiB at most that sending these takes, and what is billed: each begun 64 KB of one. */
export function sqsRequests(messages: readonly Serialised[]): { requests: number; billed: number } {
  const batches: { entries: number; bytes: number }[] = [];
  for (const { bytes } of messages) {
    const open = batches.at(-1);
    if (open && open.entries < SQS.maxBatchEntries && open.bytes + bytes <= SQS.maxPayloadBytes) {
      open.entries += 1;
      open.bytes += bytes;
    } else batches.push({ entries: 1, bytes });
  }
  const billed = batches.reduce((sum, { bytes }) => sum + Math.ceil(bytes / SQS.billedChunkBytes), 0);
  return { requests: batches.length, billed };
}
