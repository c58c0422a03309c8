import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { QUEUES } from '../../shared/domain/queues.ts';
import type { Stack } from '../targets/stack.ts';
import { count } from '../text.ts';
import { type Check, pass, warn } from './check.ts';

const redrivePolicy = z.object({ deadLetterTargetArn: z.string() });

/** How much waits in each queue, and in the dead-letter queue behind them: that one should be empty, its function empties it. */
export async function queueChecks({ resources }: Stack): Promise<Check[]> {
  const client = new SQSClient({});
  try {
    const depths = await Promise.all(QUEUES.map(async (name) => ({ name, ...(await depth(client, resources[name])) })));
    const checks = depths.map(({ name, waiting, deadLetterArn }) =>
      deadLetterArn === undefined
        ? warn(
            `${name} queue`,
            `${messages(waiting)}; no dead-letter queue`,
            'Deploy the stack again: a queue of its own is part of it.',
          )
        : pass(`${name} queue`, messages(waiting)),
    );
    // A stage that an older release deployed has one for each.
    const arns = new Set(depths.flatMap(({ deadLetterArn }) => deadLetterArn ?? []));
    return [...checks, ...(await Promise.all([...arns].map((arn) => deadLetters(client, resources.work, arn))))];
  } finally {
    client.destroy();
  }
}

const messages = (n: number) => `${count(n)} message${n === 1 ? '' : 's'}`;

async function deadLetters(client: SQSClient, beside: string, arn: string): Promise<Check> {
  const name = 'dead letters';
  // Of the same account and region: a request less, and a right less that an operator needs.
  const { waiting } = await depth(
    client,
    beside.slice(0, beside.lastIndexOf('/') + 1) + arn.slice(arn.lastIndexOf(':') + 1),
  );
  if (waiting === 0) return pass(name, 'none wait');
  return warn(
    name,
    `${messages(waiting)} that nobody has taken yet`,
    "Look at the dead-letter function's log, which names each message's reason code.",
  );
}

async function depth(
  client: SQSClient,
  QueueUrl: string,
): Promise<{ waiting: number; deadLetterArn: string | undefined }> {
  const { Attributes = {} } = await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
  const of = (key: keyof typeof Attributes) => Number(Attributes[key] ?? 0);
  return {
    waiting:
      of('ApproximateNumberOfMessages') +
      of('ApproximateNumberOfMessagesNotVisible') +
      of('ApproximateNumberOfMessagesDelayed'),
    deadLetterArn:
      Attributes.RedrivePolicy === undefined
        ? undefined
        : redrivePolicy.parse(JSON.parse(Attributes.RedrivePolicy)).deadLetterTargetArn,
  };
}
