import { BatchWriteItemCommand, type DynamoDBClient, paginateQuery, type WriteRequest } from '@aws-sdk/client-dynamodb';
import { type Completion, segmentsOf } from '../../domain/completion.ts';
import { unpackSegment } from '../../domain/ids.ts';
import { LAYOUT } from '../../domain/layout.ts';
import { type Item, S } from './attributes.ts';
import { type Keys, keysOf } from './keys.ts';
import { tombstone } from './tombstone.ts';

interface Place {
  readonly client: DynamoDBClient;
  readonly table: string;
  readonly pipeline: string;
}

/** What DynamoDB takes in a request. */
const BATCH = 25;
/** Partitions that are looked at side by side. */
const AT_ONCE = 16;

/**
 * Deletes all items of an ended run: of each block that its segments may have, its segments, its slices, and its own. Last of all its record, without
 * which it can't be found again, gives way to a tombstone.
 * @param ttl the tombstone's
 */
export async function eraseRecords(place: Place, run: string, root: Completion, ttl: number): Promise<number> {
  const keys = keysOf(place.pipeline);
  let erased = 0;
  const batch: string[] = [];
  const erase = async () => {
    const counts = await Promise.all(batch.splice(0).map((partition) => erasePartition(place, partition)));
    for (const count of counts) erased += count;
  };
  for (const partition of partitionsOf(keys, run, root)) if (batch.push(partition) === AT_ONCE) await erase();
  await erase();
  const record = keys.run(run);
  erased += await erasePartition(place, record.pk, record.sk);
  await writeBatch(place, [{ PutRequest: { Item: tombstone(record, ttl) } }]);
  return erased + 1;
}

/** Deletes records of refused messages; one that is gone already is as good. */
export async function eraseRefusals(place: Place, messageIds: readonly string[]): Promise<void> {
  const { refusal } = keysOf(place.pipeline);
  await eraseItems(
    place,
    messageIds.map(refusal).map(({ pk, sk }) => ({ pk: S(pk), sk: S(sk) })),
  );
}

function* partitionsOf(keys: Keys, run: string, root: Completion): Generator<string> {
  for (const packed of segmentsOf(root)) {
    const ref = unpackSegment(packed);
    for (let block = 0; block < LAYOUT.segmentBlocks(ref.segment); block++) yield keys.block(run, { ...ref, block }).pk;
    yield keys.segment(run, ref).pk;
  }
  for (let slice = 0; slice < (root.slices ?? 0); slice++) yield keys.slice(run, slice).pk;
}

/** @param except the sort key of an item that stays */
async function erasePartition(place: Place, partition: string, except?: string): Promise<number> {
  const query = {
    TableName: place.table,
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': S(partition) },
    ProjectionExpression: 'pk, sk',
    ConsistentRead: true,
  };
  let erased = 0;
  for await (const { Items = [] } of paginateQuery({ client: place.client }, query)) {
    const items = Items.filter(({ sk }) => sk?.S !== except);
    await eraseItems(place, items);
    erased += items.length;
  }
  return erased;
}

async function eraseItems(place: Place, items: readonly Item[]): Promise<void> {
  const requests = items.map(({ pk, sk }) => ({ DeleteRequest: { Key: { ...(pk && { pk }), ...(sk && { sk }) } } }));
  for (let from = 0; from < requests.length; from += BATCH) await writeBatch(place, requests.slice(from, from + BATCH));
}

async function writeBatch({ client, table }: Place, requests: WriteRequest[]): Promise<void> {
  let left = requests;
  // What it didn't get to, it gives back; each answer took at least some, or was an error.
  while (left.length > 0) {
    const { UnprocessedItems = {} } = await client.send(new BatchWriteItemCommand({ RequestItems: { [table]: left } }));
    left = UnprocessedItems[table] ?? [];
  }
}
