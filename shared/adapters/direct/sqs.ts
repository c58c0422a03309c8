import type { ServiceInputTypes, ServiceOutputTypes, SQSClient } from '@aws-sdk/client-sqs';
import { type DirectCommands, sendDirectly } from './direct.ts';

const COMMANDS: DirectCommands<ServiceInputTypes, ServiceOutputTypes> = {
  names: new Set([
    'ReceiveMessageCommand',
    'SendMessageBatchCommand',
    'DeleteMessageBatchCommand',
    'GetQueueAttributesCommand',
  ]),
  // The SDK takes a queue's own host, where it is given no other.
  hostOf: (input) => ('QueueUrl' in input ? (input.QueueUrl ?? '') : ''),
  encode: (input) => input,
  decode(output) {
    if (!('Messages' in output)) return;
    for (const { MessageAttributes = {} } of output.Messages ?? []) {
      for (const attribute of Object.values(MessageAttributes)) {
        const base64: unknown = attribute.BinaryValue;
        if (typeof base64 === 'string') attribute.BinaryValue = new Uint8Array(Buffer.from(base64, 'base64'));
      }
    }
  },
  failureOf: () => null,
};

/** Sends by the short way what moves messages; none is sent with binary attributes. */
export function sendMessagesDirectly(client: SQSClient): void {
  sendDirectly(client, COMMANDS);
}
