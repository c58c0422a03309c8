import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll } from 'vitest';
import { dynamoStores } from '../../../shared/adapters/dynamodb/dynamo-stores.ts';
import { DynamoTable } from '../../../shared/adapters/dynamodb/dynamo-table.ts';
import { tableDefinition } from '../../../shared/adapters/dynamodb/table.ts';
import { TABLE } from '../emulated.ts';
import { describeGateStore } from '../gate-store.contract.ts';
import { describeItemTable } from '../item-table.contract.ts';
import { describeQueue, VISIBILITY_SECONDS } from '../queue.contract.ts';
import { sqsUnderTest } from '../sqs-under-test.ts';
import { describeStores } from '../stores.contract.ts';
import { startJavaEmulators } from './java-emulators.ts';

const { MICROPROCESS_JARS: jars = '' } = process.env;

let emulators: Awaited<ReturnType<typeof startJavaEmulators>> | undefined;
const options = { region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
let dynamodb: DynamoDBClient;
let sqs: SQSClient;
beforeAll(async () => {
  emulators = await startJavaEmulators(jars);
  dynamodb = new DynamoDBClient({ ...options, endpoint: emulators.dynamodb });
  sqs = new SQSClient({ ...options, endpoint: emulators.sqs });
  const { KeySchema, AttributeDefinitions, GlobalSecondaryIndexes } = structuredClone(tableDefinition);
  await dynamodb.send(
    new CreateTableCommand({
      TableName: TABLE,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [...KeySchema],
      AttributeDefinitions: [...AttributeDefinitions],
      GlobalSecondaryIndexes: GlobalSecondaryIndexes.map((index) => ({ ...index, KeySchema: [...index.KeySchema] })),
    }),
  );
}, 90_000);
afterAll(() => {
  dynamodb?.destroy();
  sqs?.destroy();
  emulators?.stop();
});

let made = 0;
/** A pipeline or queue of its own keeps each test to itself. */
const fresh = (kind: string) => `${kind}-${++made}`;

describeStores('DynamoDB Local', async () => ({
  stores: dynamoStores({ client: dynamodb, table: TABLE, pipeline: fresh('pipeline') }),
  dispose: async () => {},
}));
describeItemTable(
  'DynamoDB Local',
  () => new DynamoTable(dynamodb, TABLE),
  () => fresh('table'),
);
describeGateStore(
  'DynamoDB Local',
  () => new DynamoTable(dynamodb, TABLE),
  () => fresh('gate'),
);
describeQueue('ElasticMQ', async () => {
  const Attributes = { VisibilityTimeout: String(VISIBILITY_SECONDS) };
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: fresh('queue'), Attributes }));
  return sqsUnderTest(sqs, QueueUrl);
});
