import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';

/** The one table, without its name: the CDK app, the embedded host and the tests create exactly this. */
export const tableDefinition = {
  AttributeDefinitions: [
    { AttributeName: 'pk', AttributeType: 'S' },
    { AttributeName: 'sk', AttributeType: 'S' },
    { AttributeName: 'gpk', AttributeType: 'S' },
    { AttributeName: 'gsk', AttributeType: 'S' },
  ],
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
  GlobalSecondaryIndexes: [
    {
      // Runs and standalone calls alone have gpk and gsk: sparse, and keys only, so it costs one small write per start and end of a run.
      IndexName: 'runs',
      KeySchema: [
        { AttributeName: 'gpk', KeyType: 'HASH' },
        { AttributeName: 'gsk', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'KEYS_ONLY' },
    },
  ],
  BillingMode: 'PAY_PER_REQUEST',
} as const satisfies Omit<CreateTableCommandInput, 'TableName'>;

/** Attribute by which DynamoDB lets items go; epoch seconds. */
export const TTL_ATTRIBUTE = 'ttl';
