import { setTimeout as sleep } from 'node:timers/promises';
import {
  DeleteMessageBatchCommand,
  type Message,
  type MessageAttributeValue,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { SQSMessageAttribute, SQSRecord } from 'aws-lambda';
import type { SourceQueue } from '../shared/host/event-source.ts';
import { sqsRecord } from '../shared/host/sqs-event.ts';
import type { HostLogger } from './lambda.ts';

/**
 * Seconds of one long poll. Messages end it at once, so this only decides how soon a pause holds: a long poll in flight
 * can't be called off, as the queue would still hand its next messages to it and hide them for a whole visibility time-out.
 */
const WAIT_SECONDS = 1;
/** Pause after a failed receive, so that an unreachable queue isn't hammered. */
const ERROR_PAUSE_MS = 500;

export interface SqsSourceOptions {
  readonly client: SQSClient;
  readonly queueUrl: string;
  readonly queueArn: string;
  readonly logger: HostLogger;
}

/** A queue of emulated SQS for an {@link EventSource}: it long-polls, in real time. */
export function sqsSource({ client, queueUrl, queueArn, logger }: SqsSourceOptions): SourceQueue {
  return {
    arn: queueArn,
    // A long poll waits while it asks.
    ready: async () => {},

    async receive(most, stopping) {
      try {
        const command = new ReceiveMessageCommand({
          QueueUrl: queueUrl,
          MaxNumberOfMessages: most,
          WaitTimeSeconds: WAIT_SECONDS,
          MessageSystemAttributeNames: ['All'],
          MessageAttributeNames: ['All'],
        });
        const { Messages = [] } = await client.send(command, { abortSignal: stopping });
        return Messages.map((message) => recordOf(message, queueArn));
      } catch (error) {
        if (stopping.aborted) return [];
        logger.warn(`Receiving from ${queueUrl} failed, trying again: ${String(error)}`);
        await sleep(ERROR_PAUSE_MS, undefined, { signal: stopping }).catch(() => {});
        return [];
      }
    },

    async delete(records, stopping) {
      try {
        const { Failed = [] } = await client.send(
          new DeleteMessageBatchCommand({
            QueueUrl: queueUrl,
            Entries: records.map(({ receiptHandle }, index) => ({ Id: String(index), ReceiptHandle: receiptHandle })),
          }),
        );
        if (Failed.length > 0)
          logger.warn(`${Failed.length} messages of ${queueUrl} not deleted: ${Failed[0]?.Message}`);
      } catch (error) {
        // They come back after the visibility time-out: at-least-once is what handlers are written for.
        if (!stopping.aborted) logger.warn(`Deleting from ${queueUrl} failed: ${String(error)}`);
      }
    },
  };
}

function recordOf(message: Message, arn: string): SQSRecord {
  const { MessageId = '', ReceiptHandle = '', Body = '', MD5OfBody = '', Attributes = {} } = message;
  const messageAttributes = Object.fromEntries(
    Object.entries(message.MessageAttributes ?? {}).map(([name, value]) => [name, messageAttribute(value)]),
  );
  const received = { messageId: MessageId, receiptHandle: ReceiptHandle, body: Body, md5OfBody: MD5OfBody };
  return sqsRecord({ ...received, attributes: Attributes, messageAttributes }, arn);
}

function messageAttribute({ DataType, StringValue, BinaryValue }: MessageAttributeValue): SQSMessageAttribute {
  return {
    dataType: DataType ?? 'String',
    ...(StringValue === undefined ? {} : { stringValue: StringValue }),
    ...(BinaryValue === undefined ? {} : { binaryValue: Buffer.from(BinaryValue).toString('base64') }),
    stringListValues: [],
    binaryListValues: [],
  };
}
