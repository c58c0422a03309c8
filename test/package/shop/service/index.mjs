import { createRequire } from 'node:module';

// The SDK that comes with Lambda's runtime.
const { DynamoDBClient, PutItemCommand } = createRequire(import.meta.url)('@aws-sdk/client-dynamodb');
const client = new DynamoDBClient();

/** Prices an article and remembers that it did. */
export async function handler({ body }) {
  const { sku } = JSON.parse(body);
  await client.send(new PutItemCommand({ TableName: process.env.TABLE, Item: { sku: { S: sku } } }));
  return { price: sku.length };
}
