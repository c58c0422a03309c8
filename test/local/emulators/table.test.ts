import { rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { CreateTableCommand, DynamoDBClient, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, expect, it, vi } from 'vitest';
import { type LevelModule, tableServer } from '../../../local/emulators/table.ts';
import { Listeners } from '../../shared/listeners.ts';
import { temporaryDirectory } from '../support.ts';

const TableName = 'things';

const listeners = new Listeners();
afterAll(() => listeners.close());

/** Iterators of the database's values that were made, and how many of them are still open. */
function watchIterators() {
  const { Level }: LevelModule = createRequire(createRequire(import.meta.url).resolve('dynalite'))('level');
  const count = { made: 0, open: 0 };
  const { values } = Level.prototype;
  vi.spyOn(Level.prototype, 'values').mockImplementation(function (this: InstanceType<LevelModule['Level']>, options) {
    const iterator = values.call(this, options);
    const close = iterator.close.bind(iterator);
    count.made++;
    count.open++;
    iterator.close = async () => {
      count.open--;
      await close();
    };
    return iterator;
  });
  return count;
}

it('leaves no iterator of a query open, each of which would keep replaced files', async () => {
  const iterators = watchIterators();
  const directory = await temporaryDirectory();
  listeners.closing(() => rm(directory, { recursive: true }));
  const endpoint = await listeners.listen(await tableServer(directory));
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials });
  listeners.closing(async () => client.destroy());
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      AttributeDefinitions: ['pk', 'sk'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    }),
  );
  const put = (sk: string) => client.send(new PutItemCommand({ TableName, Item: { pk: { S: 'p' }, sk: { S: sk } } }));
  // The emulator makes a table in the next turn of its loop.
  await vi.waitFor(() => put('a'));
  await put('b');
  const query = async (Limit?: number) => {
    const command = new QueryCommand({
      TableName,
      KeyConditionExpression: 'pk = :p',
      ExpressionAttributeValues: { ':p': { S: 'p' } },
      Limit,
    });
    return (await client.send(command)).Items?.map(({ sk }) => sk?.S);
  };
  expect(await query()).toEqual(['a', 'b']);
  expect(await query(1)).toEqual(['a']);
  expect(iterators.made).toBe(2);
  await vi.waitFor(() => expect(iterators.open).toBe(0));
});
