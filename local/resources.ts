import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  DynamoDBClient,
  ResourceNotFoundException,
} from '@aws-sdk/client-dynamodb';
import { CreateQueueCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { type AnyQueue, MESSAGES, OPTIONAL_MESSAGES } from '../shared/domain/queues.ts';
import { mapPresent, mapValues } from '../shared/domain/records.ts';
import { LOCAL_ACCOUNT, queueArn } from '../shared/host/arn.ts';
import { DEAD_LETTERS, type DeadLetters } from '../shared/lambda/declaration.ts';
import type { Wiring } from '../shared/lambda/wiring.ts';

const ALL = { ...MESSAGES, ...OPTIONAL_MESSAGES };

/** One queue by both its names. */
export interface QueueAddress {
  readonly url: string;
  readonly arn: string;
}

export type QueueAddresses = Readonly<Record<AnyQueue | DeadLetters, QueueAddress>>;

/** Where a pipeline's queues are, whether or not they exist yet; `awsUrl` is the emulated SQS. */
export function queueAddresses(pipeline: string, awsUrl: string): QueueAddresses {
  const address = (name: string): QueueAddress => ({
    url: `${awsUrl}/${LOCAL_ACCOUNT}/${name}`,
    arn: queueArn(name),
  });
  return {
    ...mapValues(ALL, (_, queue) => address(`${pipeline}-${queue}`)),
    [DEAD_LETTERS]: address(`${pipeline}-${DEAD_LETTERS}`),
  };
}

/** The URLs by which a pipeline's functions know its queues. */
export function queueUrls(pipeline: string, awsUrl: string): Readonly<Record<AnyQueue, string>> {
  const addresses = queueAddresses(pipeline, awsUrl);
  return mapValues(ALL, (_, queue) => addresses[queue].url);
}

/** Creates a pipeline's queues and the one behind them, with the attributes the deployed ones have. */
export async function createQueues(
  client: SQSClient,
  { queues, optionalQueues, deadLetters }: Pick<Wiring, 'queues' | 'optionalQueues' | 'deadLetters'>,
  addresses: QueueAddresses,
): Promise<void> {
  const create = ({ arn }: QueueAddress, of: Wiring['deadLetters'], redrive: Record<string, string> = {}) =>
    client.send(
      new CreateQueueCommand({
        QueueName: arn.slice(arn.lastIndexOf(':') + 1),
        Attributes: {
          VisibilityTimeout: String(of.visibilitySeconds),
          MessageRetentionPeriod: String(of.retentionSeconds),
          ...redrive,
        },
      }),
    );
  const behind = addresses[DEAD_LETTERS];
  await create(behind, deadLetters);
  await Promise.all(
    Object.values(
      mapPresent({ ...queues, ...optionalQueues }, (queue, name) => {
        const { maxReceiveCount } = queue;
        const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: behind.arn, maxReceiveCount });
        return create(addresses[name], queue, { RedrivePolicy });
      }),
    ),
  );
}

/** Creates the table where an earlier start hasn't, and waits until it takes requests. */
export async function createTable(definition: CreateTableCommandInput): Promise<void> {
  const client = new DynamoDBClient({});
  const status = async () => {
    try {
      return (await client.send(new DescribeTableCommand({ TableName: definition.TableName }))).Table?.TableStatus;
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return undefined;
      throw error;
    }
  };
  try {
    let now = await status();
    if (now === undefined) await client.send(new CreateTableCommand(definition));
    // A handful of requests at most: the emulator is told to take no time over it.
    while (now !== 'ACTIVE') now = await status();
  } finally {
    client.destroy();
  }
}
