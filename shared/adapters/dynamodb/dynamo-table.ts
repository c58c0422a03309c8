import {
  type AttributeValue,
  BatchGetItemCommand,
  type BatchGetItemCommandOutput,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  type QueryCommandInput,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { type Item, keyItem, S } from './attributes.ts';
import { absent, conditionText } from './conditions.ts';
import type { ItemTable, Query, Update } from './item-table.ts';
import type { Key } from './keys.ts';
import { Placeholders } from './placeholders.ts';

/** A table of DynamoDB. */
export class DynamoTable implements ItemTable {
  readonly #client: DynamoDBClient;
  readonly #table: string;

  constructor(client: DynamoDBClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async get(key: Key): Promise<Item | undefined> {
    const { Item } = await this.#client.send(
      new GetItemCommand({ TableName: this.#table, Key: keyItem(key), ConsistentRead: true }),
    );
    return Item;
  }

  async put(key: Key, item: Item): Promise<void> {
    await this.#client.send(new PutItemCommand({ TableName: this.#table, Item: { ...keyItem(key), ...item } }));
  }

  async putIfAbsent(key: Key, item: Item): Promise<boolean> {
    const used = new Placeholders();
    const put = new PutItemCommand({
      TableName: this.#table,
      Item: { ...keyItem(key), ...item },
      ConditionExpression: conditionText(absent('pk'), used),
      ...used.fields,
    });
    return (await this.#unlessFailed(this.#client.send(put))) !== null;
  }

  async update(key: Key, { set = {}, add = {}, remove = [], condition }: Update): Promise<Item | null> {
    const used = new Placeholders();
    const clauses = [
      clause('SET', set, ([name, value]) => `${used.name(name)} = ${used.value(value)}`),
      clause('ADD', add, ([name, value]) => `${used.name(name)} ${used.value(value)}`),
      remove.length > 0 ? `REMOVE ${remove.map((name) => used.name(name)).join(', ')}` : '',
    ];
    const update = new UpdateItemCommand({
      TableName: this.#table,
      Key: keyItem(key),
      UpdateExpression: clauses.filter(Boolean).join(' '),
      ...(condition && { ConditionExpression: conditionText(condition, used) }),
      ...used.fields,
      ReturnValues: 'ALL_NEW',
    });
    const result = await this.#unlessFailed(this.#client.send(update));
    return result && (result.Attributes ?? {});
  }

  async delete(key: Key): Promise<void> {
    await this.#client.send(new DeleteItemCommand({ TableName: this.#table, Key: keyItem(key) }));
  }

  /** Page by page: a partition may hold more than the 1 MB that one answer carries. */
  async query({ index, partition, prefix, between, consistent, descending, limit }: Query): Promise<Item[]> {
    const used = new Placeholders();
    const { hash, range } = index ? { hash: 'gpk', range: 'gsk' } : { hash: 'pk', range: 'sk' };
    const conditions = [`${used.name(hash)} = ${used.value(S(partition))}`];
    if (prefix !== undefined) conditions.push(`begins_with(${used.name(range)}, ${used.value(S(prefix))})`);
    if (between) {
      const [first, last] = between.map((key) => used.value(S(key)));
      conditions.push(`${used.name(range)} BETWEEN ${first} AND ${last}`);
    }
    const input = {
      TableName: this.#table,
      KeyConditionExpression: conditions.join(' AND '),
      ...used.fields,
      ...(index && { IndexName: index }),
      ...(consistent && { ConsistentRead: true }),
      ...(descending && { ScanIndexForward: false }),
      ...(limit !== undefined && { Limit: limit }),
    } satisfies QueryCommandInput;
    const items: Item[] = [];
    let from: Item | undefined;
    do {
      const page = await this.#client.send(new QueryCommand({ ...input, ...(from && { ExclusiveStartKey: from }) }));
      items.push(...(page.Items ?? []));
      from = page.LastEvaluatedKey;
    } while (from && items.length < (limit ?? Number.POSITIVE_INFINITY));
    return items.slice(0, limit);
  }

  async getMany(keys: readonly Key[]): Promise<(Item | undefined)[]> {
    const found = new Map<string, Item>();
    for (let i = 0; i < keys.length; i += 100) {
      let wanted: Item[] | undefined = keys.slice(i, i + 100).map(keyItem);
      for (let attempt = 0; wanted && wanted.length > 0; attempt++) {
        // Keys left over are throttling in disguise: the client takes the answer for a success and doesn't wait.
        if (attempt > 0)
          await new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(2_000, 25 * 2 ** attempt)));
        const result: BatchGetItemCommandOutput = await this.#client.send(
          new BatchGetItemCommand({ RequestItems: { [this.#table]: { Keys: wanted } } }),
        );
        for (const item of result.Responses?.[this.#table] ?? []) found.set(`${item.pk?.S} ${item.sk?.S}`, item);
        wanted = result.UnprocessedKeys?.[this.#table]?.Keys;
      }
    }
    return keys.map((key) => found.get(`${key.pk} ${key.sk}`));
  }

  async #unlessFailed<T>(request: Promise<T>): Promise<T | null> {
    try {
      return await request;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return null;
      throw error;
    }
  }
}

function clause(verb: string, change: Item, text: (entry: [string, AttributeValue]) => string): string {
  const entries = Object.entries(change);
  return entries.length > 0 ? `${verb} ${entries.map(text).join(', ')}` : '';
}
