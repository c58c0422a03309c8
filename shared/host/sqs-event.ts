import type { SQSRecord } from 'aws-lambda';
import { LOCAL_REGION } from './arn.ts';

/** Lambda's limit on one synchronous invocation's payload, in bytes of JSON. */
export const MAX_PAYLOAD_BYTES = 6 * 1_048_576;

/** What a host knows of a received message. */
export interface ReceivedMessage {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  /** By SQS's names; those that Lambda always shows have a default. */
  readonly attributes?: Readonly<Record<string, string>>;
  readonly messageAttributes?: SQSRecord['messageAttributes'];
  readonly md5OfBody?: string;
}

/** A received message as Lambda shows it to a handler. */
export function sqsRecord(message: ReceivedMessage, eventSourceARN: string): SQSRecord {
  return {
    messageId: message.messageId,
    receiptHandle: message.receiptHandle,
    body: message.body,
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: '0',
      SenderId: '',
      ApproximateFirstReceiveTimestamp: '0',
      ...message.attributes,
    },
    messageAttributes: message.messageAttributes ?? {},
    md5OfBody: message.md5OfBody ?? '',
    eventSource: 'aws:sqs',
    eventSourceARN,
    awsRegion: LOCAL_REGION,
  };
}

/** Cuts records into batches of at most `batchSize` and `maxBytes` of JSON, in order; a record alone always fits. */
export function batches(records: readonly SQSRecord[], batchSize: number, maxBytes = MAX_PAYLOAD_BYTES): SQSRecord[][] {
  const envelope = Buffer.byteLength('{"Records":[]}');
  const cut: SQSRecord[][] = [];
  let current: SQSRecord[] = [];
  let bytes = envelope;
  for (const record of records) {
    const size = Buffer.byteLength(JSON.stringify(record)) + 1;
    if (current.length > 0 && (current.length >= batchSize || bytes + size > maxBytes)) {
      cut.push(current);
      current = [];
      bytes = envelope;
    }
    current.push(record);
    bytes += size;
  }
  if (current.length > 0) cut.push(current);
  return cut;
}
