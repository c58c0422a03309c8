import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Stores } from '../../ports/stores.ts';
import { DynamoTable } from './dynamo-table.ts';
import { storesOn } from './stores-on.ts';

/** A pipeline's stores on DynamoDB. */
export function dynamoStores(options: { client: DynamoDBClient; table: string; pipeline: string }): Stores {
  return storesOn(new DynamoTable(options.client, options.table), options.pipeline);
}
