import {
  ChangeMessageVisibilityCommand,
  GetQueueAttributesCommand,
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { QueueError } from '../../domain/errors.ts';
import { SQS } from '../../domain/limits.ts';
import type { Outgoing, Queue } from '../../ports/queue.ts';

/** Times a batch's refused entries are sent again, with growing waits, before the sender is told. */
const ATTEMPTS = 5;
/** Batches of one `send` under way at once. */
const PARALLEL = 4;

/** Messages of each kind, about: what waits to be received, what is delayed, and what is hidden by a consumer. */
const COUNTS = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesDelayed',
  'ApproximateNumberOfMessagesNotVisible',
] as const;

export interface SqsQueueOptions {
  readonly client: SQSClient;
  readonly url: string;
  /** Messages of all kinds that it has room for; absent: any number, as SQS itself has. */
  readonly room?: number | undefined;
}

/** An SQS queue; the client retries whole requests, this the entries that a successful request refused. */
export function sqsQueue<M>({ client, url, room = Number.POSITIVE_INFINITY }: SqsQueueOptions): Queue<M> {
  async function sendBatch(batch: readonly SendMessageBatchRequestEntry[]): Promise<void> {
    let left = [...batch];
    for (let attempt = 1; ; attempt++) {
      const { Failed } = await client.send(new SendMessageBatchCommand({ QueueUrl: url, Entries: left }));
      if (!Failed || Failed.length === 0) return;
      const refused = new Set(Failed.map(({ Id }) => Id));
      const reasons = Failed.map(({ Code, Message }) => `${Code}: ${Message}`).join('; ');
      if (attempt === ATTEMPTS || Failed.some(({ SenderFault }) => SenderFault)) {
        throw new QueueError(`${refused.size} of ${batch.length} messages were refused ${attempt} times: ${reasons}`);
      }
      left = left.filter(({ Id }) => refused.has(Id));
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 100 * 2 ** attempt));
    }
  }

  async function counts(): Promise<{ waiting: number; all: number }> {
    const { Attributes = {} } = await client.send(
      new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: [...COUNTS] }),
    );
    const [waiting = 0, ...others] = COUNTS.map((name) => Number(Attributes[name] ?? 0));
    return { waiting, all: others.reduce((sum, count) => sum + count, waiting) };
  }

  return {
    async send(messages) {
      const batches = inBatches(messages);
      const next = async () => {
        for (let batch = batches.shift(); batch; batch = batches.shift()) await sendBatch(batch);
      };
      await Promise.all(Array.from({ length: Math.min(PARALLEL, batches.length) }, next));
    },

    async waiting() {
      return (await counts()).waiting;
    },

    async isLongerThan(messages) {
      const { waiting, all } = await counts();
      return waiting > messages || all > room;
    },

    async retryIn(ReceiptHandle, seconds) {
      await client.send(
        new ChangeMessageVisibilityCommand({
          QueueUrl: url,
          ReceiptHandle,
          VisibilityTimeout: Math.min(SQS.maxVisibilitySeconds, Math.max(0, Math.ceil(seconds))),
        }),
      );
    },
  };
}

/** Batches of at most ten messages and 1 MiB. */
function inBatches<M>(messages: readonly Outgoing<M>[]): SendMessageBatchRequestEntry[][] {
  const batches: SendMessageBatchRequestEntry[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const [i, { message, delaySeconds, group }] of messages.entries()) {
    const MessageBody = bodyOf(message);
    const size = Buffer.byteLength(MessageBody);
    if (size > SQS.maxPayloadBytes) {
      throw new QueueError(`A message of ${size} bytes can't be sent; SQS takes at most ${SQS.maxPayloadBytes}.`);
    }
    const open = batches.at(-1);
    const entry = {
      Id: String(i),
      MessageBody,
      ...(group !== undefined && { MessageGroupId: group.replaceAll('~', '.') }),
      ...(delaySeconds && { DelaySeconds: Math.min(SQS.maxDelaySeconds, delaySeconds) }),
    };
    if (open && open.length < SQS.maxBatchEntries && bytes + size <= SQS.maxPayloadBytes) {
      open.push(entry);
      bytes += size;
    } else {
      batches.push([entry]);
      bytes = size;
    }
  }
  return batches;
}

/** What SQS refuses in a message, and, one by one, the halves of characters beyond U+FFFF, which not every peer takes. */
const UNSAFE = /[^\t\n\r\x20-\uD7FF\uE000-\uFFFD]/g;

/** JSON that SQS takes whatever the items hold: what it would refuse is escaped, and is the same JSON. */
function bodyOf(message: unknown): string {
  return JSON.stringify(message).replace(UNSAFE, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
