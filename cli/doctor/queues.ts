import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { QUEUES } from '../../shared/domain/queues.ts';
import type { Stack } from '../targets/stack.ts';
import { count } from '../text.ts';
import { type Check, pass, warn } from './check.ts';

const redrivePolicy = z.object({ deadLetterTargetArn: z.string() });

/** How much waits in each queue, and in its dead-letter queue: that one should be empty, its function empties it. */
export async function queueChecks({ resources }: Stack): Promise<Check[]> {
  const client = new SQSClient({});
  try {
    return await Promise.all(QUEUES.map((name) => queue(client, `${name} queue`, resources[name])));
  } finally {
    client.destroy();
  }
}

async function queue(client: SQSClient, name: string, url: string): Promise<Check> {
  const { waiting, policy } = await depth(client, url);
  const arn = policy === undefined ? undefined : redrivePolicy.parse(JSON.parse(policy)).deadLetterTargetArn;
  const has = `${count(waiting)} message${waiting === 1 ? '' : 's'}`;
  if (arn === undefined)
    return warn(name, `${has}; no dead-letter queue`, 'Deploy the stack again: a queue of its own is part of it.');
  // Of the same account and region: a request less, and a right less that an operator needs.
  const deadUrl = url.slice(0, url.lastIndexOf('/') + 1) + arn.slice(arn.lastIndexOf(':') + 1);
  const dead = (await depth(client, deadUrl)).waiting;
  if (dead === 0) return pass(name, `${has}, no dead letters`);
  return warn(
    name,
    `${has}, ${count(dead)} dead letters`,
    "Look at the dead-letter function's log, which names each message's reason code.",
  );
}

async function depth(client: SQSClient, QueueUrl: string): Promise<{ waiting: number; policy: string | undefined }> {
  const { Attributes = {} } = await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
  const of = (key: keyof typeof Attributes) => Number(Attributes[key] ?? 0);
  return {
    waiting:
      of('ApproximateNumberOfMessages') +
      of('ApproximateNumberOfMessagesNotVisible') +
      of('ApproximateNumberOfMessagesDelayed'),
    policy: Attributes.RedrivePolicy,
  };
}
