import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Stores } from '../../ports/stores.ts';
import { blockStore } from './blocks.ts';
import { chainStore } from './chains.ts';
import { DynamoTable } from './dynamo-table.ts';
import type { ItemTable } from './item-table.ts';
import { keysOf } from './keys.ts';
import { progressStore } from './progress.ts';
import { refusalStore } from './refusals.ts';
import { runStore } from './runs.ts';
import { segmentStore } from './segments.ts';
import { sweepStore } from './sweeps.ts';

/** A pipeline's stores on DynamoDB; other pipelines' items are out of their reach. */
export function dynamoStores(options: { client: DynamoDBClient; table: string; pipeline: string }): Stores {
  return storesOn(new DynamoTable(options.client, options.table), options.pipeline);
}

/** A pipeline's stores on any table. */
export function storesOn(table: ItemTable, pipeline: string): Stores {
  const keys = keysOf(pipeline);
  return {
    runs: runStore(table, keys),
    chains: chainStore(table, keys),
    blocks: blockStore(table, keys),
    segments: segmentStore(table, keys),
    progress: progressStore(table, keys),
    refusals: refusalStore(table, keys),
    sweeps: sweepStore(table, keys),
  };
}
