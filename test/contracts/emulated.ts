import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTableCommand, DescribeTableCommand, DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { startEmulators } from '../../local/emulators.ts';
import { tableDefinition } from '../../shared/adapters/dynamodb/table.ts';
import { VISIBILITY_SECONDS } from './queue.contract.ts';

export const TABLE = 'contracts';
export const BUCKET = 'contracts';

/** Emulated AWS with a table and a bucket, and clients for it. */
export async function startEmulated() {
  const stateDir = await mkdtemp(join(tmpdir(), 'contracts-'));
  const emulators = await startEmulators({ stateDir });
  const options = { region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
  const dynamodb = new DynamoDBClient({
    ...options,
    endpoint: required(emulators.environment, 'AWS_ENDPOINT_URL_DYNAMODB'),
  });
  const s3 = new S3Client({ ...options, endpoint: emulators.awsUrl, forcePathStyle: true });
  const sqsOptions = { ...options, endpoint: emulators.awsUrl };
  const sqs = new SQSClient(sqsOptions);
  await dynamodb.send(new CreateTableCommand({ ...mutable(tableDefinition), TableName: TABLE }));
  // The emulator makes a table in the next turn of its loop.
  while ((await dynamodb.send(new DescribeTableCommand({ TableName: TABLE }))).Table?.TableStatus !== 'ACTIVE');
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
  return {
    ...emulators,
    stateDir,
    dynamodb,
    s3,
    sqs,
    /** For a further client of SQS, whose long polls hold connections. */
    sqsOptions,
    /** A new queue's URL. */
    async queue(name: string): Promise<string> {
      const Attributes = { VisibilityTimeout: String(VISIBILITY_SECONDS) };
      const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes }));
      if (!QueueUrl) throw new Error(`Queue ${name} was not made.`);
      return QueueUrl;
    },
    /** Every item of the table. */
    async items() {
      const items = [];
      const pages = paginateScan({ client: dynamodb }, { TableName: TABLE });
      for await (const { Items = [] } of pages) items.push(...Items);
      return items;
    },
    async stop(): Promise<void> {
      for (const client of [dynamodb, s3, sqs]) client.destroy();
      await emulators.stop();
      await rm(stateDir, { recursive: true, force: true });
    },
  };
}

export type Emulated = Awaited<ReturnType<typeof startEmulated>>;

function required(environment: Readonly<Record<string, string | undefined>>, name: string): string {
  const value = environment[name];
  if (value === undefined) throw new Error(`The emulators give no ${name}.`);
  return value;
}

/** The SDK wants arrays it could write to; the definition's are read-only. */
const mutable = (definition: typeof tableDefinition) =>
  structuredClone<DeepMutable<typeof tableDefinition>>(definition);
type DeepMutable<T> = { -readonly [K in keyof T]: DeepMutable<T[K]> };
