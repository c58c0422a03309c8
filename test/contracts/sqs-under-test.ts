import { ReceiveMessageCommand, SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { vi } from 'vitest';
import { sqsQueue } from '../../shared/adapters/sqs/sqs-queue.ts';
import type { Json } from '../../shared/domain/json.ts';
import type { QueueUnderTest } from './queue.contract.ts';

/** A queue of an emulated SQS, as the contract wants to see it. */
export function sqsUnderTest(sqs: SQSClient, url: string): QueueUnderTest {
  const send = vi.spyOn(sqs, 'send');
  const receive = async (WaitTimeSeconds: number) => {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: url,
        MaxNumberOfMessages: 10,
        WaitTimeSeconds,
        MessageSystemAttributeNames: ['ApproximateReceiveCount'],
      }),
    );
    return Messages.map(({ Body = '', ReceiptHandle = '', Attributes }) => ({
      body: Body,
      receiptHandle: ReceiptHandle,
      receiveCount: Number(Attributes?.ApproximateReceiveCount),
    }));
  };
  // What a long poll got while time passed is handed out by the next receive.
  let waited: Awaited<ReturnType<typeof receive>> = [];
  return {
    queue: sqsQueue<Json>({ client: sqs, url }),
    async receive() {
      const all = waited;
      waited = [];
      for (let some = await receive(0); some.length > 0; some = await receive(0)) all.push(...some);
      return all;
    },
    // No test waits longer than for the one message that becomes visible.
    async pass(seconds) {
      waited = await receive(seconds + 2);
    },
    sendRequests: () => send.mock.calls.filter(([command]) => command instanceof SendMessageBatchCommand).length,
    async dispose() {
      send.mockRestore();
    },
  };
}
