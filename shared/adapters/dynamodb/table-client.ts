import {
  BatchGetItemCommand,
  type BatchGetItemCommandOutput,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  type QueryCommandInput,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { type Item, keyItem } from './attributes.ts';
import type { Key } from './keys.ts';

/** One update: clauses by name, with the values they use. */
export interface Update {
  readonly set?: readonly string[];
  readonly add?: readonly string[];
  readonly remove?: readonly string[];
  readonly condition?: string;
  readonly values?: Item;
  readonly names?: Record<string, string>;
}

/** The few table operations the stores are made of. A failed condition is a result, not an exception. */
export class TableClient {
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

  /** False where the key is taken. */
  async putIfAbsent(key: Key, item: Item): Promise<boolean> {
    return this.#unlessFailed(
      this.#client.send(
        new PutItemCommand({
          TableName: this.#table,
          Item: { ...keyItem(key), ...item },
          ConditionExpression: 'attribute_not_exists(pk)',
        }),
      ),
    ).then((result) => result !== null);
  }

  async put(key: Key, item: Item): Promise<void> {
    await this.#client.send(new PutItemCommand({ TableName: this.#table, Item: { ...keyItem(key), ...item } }));
  }

  /** The item after the update; null where the condition failed. */
  async update(key: Key, update: Update): Promise<Item | null> {
    const clauses = [clause('SET', update.set), clause('ADD', update.add), clause('REMOVE', update.remove)];
    const result = await this.#unlessFailed(
      this.#client.send(
        new UpdateItemCommand({
          TableName: this.#table,
          Key: keyItem(key),
          UpdateExpression: clauses.filter(Boolean).join(' '),
          ConditionExpression: update.condition,
          ExpressionAttributeValues: update.values,
          ExpressionAttributeNames: update.names,
          ReturnValues: 'ALL_NEW',
        }),
      ),
    );
    return result && (result.Attributes ?? {});
  }

  /** All items of a query, page by page: a partition may hold more than the 1 MB one answer carries. */
  async query(input: Omit<QueryCommandInput, 'TableName'>): Promise<Item[]> {
    const items: Item[] = [];
    let from: Item | undefined;
    do {
      const page = await this.#client.send(
        new QueryCommand({ TableName: this.#table, ...input, ...(from && { ExclusiveStartKey: from }) }),
      );
      items.push(...(page.Items ?? []));
      from = page.LastEvaluatedKey;
    } while (from && items.length < (input.Limit ?? Number.POSITIVE_INFINITY));
    return items;
  }

  /** Items of many keys, in the keys' order; undefined where absent. Not consistent: for displays. */
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

function clause(verb: string, parts: readonly string[] | undefined): string {
  return parts && parts.length > 0 ? `${verb} ${parts.join(', ')}` : '';
}
