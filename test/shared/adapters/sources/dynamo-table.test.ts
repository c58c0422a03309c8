import { rm } from 'node:fs/promises';
import {
  type AttributeValue,
  CreateTableCommand,
  DeleteItemCommand,
  DescribeTableCommand,
  DynamoDBClient,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, describe, expect, test, vi } from 'vitest';
import * as z from 'zod';
import { tableServer } from '../../../../local/emulators/table.ts';
import { dynamoTable } from '../../../../shared/adapters/sources/dynamo-table.ts';
import type { Source } from '../../../../shared/author/source.ts';
import type { Json } from '../../../../shared/domain/json.ts';
import { itemsOf, memoryFiles, readAll, sourceContract } from '../../../contracts/source.contract.ts';
import { choiceContract } from '../../../contracts/source-choice.contract.ts';
import { temporaryDirectory } from '../../../local/support.ts';
import { Listeners } from '../../listeners.ts';

const REGION = 'eu-central-1';
/** So large that a page, of a megabyte at most, holds three. */
const TEXT = 'x'.repeat(300_000);
const IDS = Array.from({ length: 10 }, (_, n) => `c${n}`);

const over = <I, P>(source: Source<I, P>, hasAccount = true): Source<I, P> =>
  source.over?.({
    ...memoryFiles({}),
    outside: {
      region: REGION,
      account: hasAccount ? {} : null,
      secret: () => expect.fail(),
      endpoint: () => expect.fail(),
    },
  }) ?? expect.fail();

async function fill(client: DynamoDBClient, table: string, items: readonly Record<string, AttributeValue>[]) {
  await client.send(
    new CreateTableCommand({
      TableName: table,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    }),
  );
  // The emulator makes a table in the next turn of its loop.
  await vi.waitFor(async () => {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: table }));
    expect(Table?.TableStatus).toBe('ACTIVE');
  });
  for (const Item of items) await client.send(new PutItemCommand({ TableName: table, Item }));
}

describe('dynamoTable', async () => {
  const listeners = new Listeners();
  const directory = await temporaryDirectory();
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', await listeners.listen(await tableServer(directory)));
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  afterAll(async () => {
    vi.unstubAllEnvs();
    await listeners.close();
    await rm(directory, { recursive: true });
  });
  const client = new DynamoDBClient({ region: REGION });
  const numbered = IDS.map((id, n) => ({ id: { S: id }, n: { N: String(n) }, text: { S: TEXT } }));
  await fill(client, 'companies', numbered);

  const companies = (segments = 1) => dynamoTable('companies', { segments, attributes: ['id', 'n'] });
  const all = await itemsOf(over(companies()));
  const ids = (items: readonly { readonly [name: string]: unknown }[]) => items.map(({ id }) => id).sort();

  sourceContract('a table', () => over(companies()), all);

  choiceContract(
    'a table',
    (options) => {
      const known = { attributes: ['id', 'n'], filter: { expression: 'n > :least', values: { ':least': 0 } } };
      const { over: _, ...read } = over(dynamoTable('companies', { ...known, segments: 3, ...options }));
      return read;
    },
    (item) => Number(Object(item).n),
  );

  test('each item once, in one segment or in more than there are items', async () => {
    expect(ids(all)).toEqual(IDS);
    for (const segments of [3, 20]) expect(ids(await itemsOf(over(companies(segments))))).toEqual(IDS);
  });

  test('what was taken is not taken again, whatever is removed meanwhile', async () => {
    const table = 'removed';
    await fill(client, table, numbered.slice(0, 6));
    const source = over(dynamoTable(table, { segments: 1, attributes: ['id'] }));
    const [first, second, ...others] = await readAll(source);
    await client.send(new DeleteItemCommand({ TableName: table, Key: { id: { S: String(first?.item.id) } } }));
    const again: unknown[] = [];
    const context = { params: {}, limit: undefined, range: [0, 1], cursor: second?.cursor ?? null };
    for await (const given of source.read(context)) again.push('item' in given ? given.item : given);
    expect(again).toEqual(others.map(({ item }) => item));
  });

  test('a table without its key is read in order, from any place', async () => {
    const read = async (cursor: Json) => {
      const source = over(dynamoTable('companies', { segments: 1, attributes: ['n'] }));
      const given = [];
      for await (const each of source.read({ params: {}, limit: undefined, range: [0, 1], cursor })) given.push(each);
      return given;
    };
    const whole = await read(null);
    expect(await read(whole[4]?.cursor ?? null)).toEqual(whole.slice(5));
  });

  test('the wanted, by a filter of the run, a schema and a function', async () => {
    const source = dynamoTable('companies', {
      filter: ({ least }: { least: number }) => ({
        expression: '#n >= :least',
        names: { '#n': 'n' },
        values: { ':least': least },
      }),
      schema: z.object({ id: z.string(), n: z.number() }),
      where: ({ n }) => n % 2 === 1,
      segments: 1,
    });
    const items = [];
    const context = { params: { least: 4 }, limit: undefined, range: [0, 1], cursor: null };
    for await (const given of over(source).read(context)) items.push('item' in given ? given.item : expect.fail());
    expect(items.sort((a, b) => a.n - b.n)).toEqual([5, 7, 9].map((n) => ({ id: `c${n}`, n })));
  });

  test('attributes within others, of which a number is not rounded', async () => {
    await fill(client, 'nested', [
      { id: { S: 'a' }, map: { M: { n: { N: '12345678901234567890' }, other: { S: 'x' } } } },
    ]);
    client.destroy();
    const source = dynamoTable('nested', { attributes: ['map.n', 'absent'] });
    expect(await itemsOf(over(source))).toEqual([{ map: { n: '12345678901234567890' } }]);
  });

  test.each([
    [dynamoTable('companies', { filter: { expression: 'nonsense' } }), true, "can't be read: ValidationException"],
    [dynamoTable('elsewhere'), true, 'The table "elsewhere" can\'t be read: ResourceNotFoundException.'],
    [dynamoTable('companies'), false, 'is read on this machine only with --aws'],
    [
      dynamoTable('companies', { schema: z.object({ n: z.string() }) }),
      true,
      'segment 0, does not fit the schema: n (invalid_type)',
    ],
  ])('says what is wrong', async (source, hasAccount, message) => {
    await expect(itemsOf(over<unknown, unknown>(source, hasAccount))).rejects.toThrow(message);
  });

  test('declares its table, and refuses what is no table or option', () => {
    expect(dynamoTable('companies').needs).toEqual({ tables: ['companies'] });
    expect(() => dynamoTable('a*')).toThrow('table: must be the name of a table');
    expect(() => dynamoTable('companies', { segments: 1_001 })).toThrow('segments: ');
    expect(() => dynamoTable('companies', { attributes: ['a..b'] })).toThrow('must be an attribute');
    expect(() => Reflect.apply(dynamoTable, undefined, ['companies', { index: 'x' }])).toThrow('index: is no option');
  });
});
