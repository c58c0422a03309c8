import {
  type AttributeValue,
  DynamoDBClient,
  DynamoDBServiceException,
  ScanCommand,
  type ScanCommandInput,
} from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import type { AccountAccess } from '../../../author/source.ts';
import { SourceDataError, show } from '../../../domain/errors.ts';
import type { Json } from '../../../domain/json.ts';
import { triesOf } from '../../tries.ts';
import { accountClient } from '../account-client.ts';
import { recordOf } from './attribute-json.ts';

/** What is read of a table, in its own words. */
export interface ScanRequest {
  readonly table: string;
  readonly segment: number;
  readonly segments: number;
  readonly consistent: boolean;
  /** Paths of attributes; undefined for all. */
  readonly attributes: readonly string[] | undefined;
  readonly filter: ScanFilter | undefined;
}

/** As DynamoDB's FilterExpression: what doesn't fit is read and paid for, and left out. */
export interface ScanFilter {
  /** Such as `employees > :least AND #status = :status`. */
  readonly expression: string;
  readonly names?: Readonly<Record<string, string>>;
  readonly values?: Readonly<Record<string, string | number | boolean | null>>;
}

/** The key behind which a page begins, as JSON: each part a type and a text. Null for a segment's start. */
export const startKey = z.record(z.string(), z.tuple([z.enum(['S', 'N', 'B']), z.string()])).nullable();
export type StartKey = z.infer<typeof startKey>;

export interface ScannedItem {
  readonly record: { readonly [name: string]: Json };
  /** To go on behind it; null where its key isn't known. */
  readonly key: StartKey;
}

export interface ScanPage {
  readonly items: readonly ScannedItem[];
  /** Null behind the segment's last page. */
  readonly next: StartKey;
}

/** A page has a megabyte at most, which takes a while where a table is busy. */
const TRY_MS = 10_000;

/** Scans segments of tables, page by page. */
export class TableScan {
  readonly #client: DynamoDBClient;

  /** @param region where the account's access names none */
  constructor(region: string, account: AccountAccess) {
    const options = { region, maxAttempts: 5, requestHandler: triesOf(TRY_MS) };
    this.#client = new DynamoDBClient({ ...options, ...accountClient(account, 'dynamodb') });
  }

  /** @throws {SourceDataError} where asking again would change nothing */
  async page(request: ScanRequest, from: StartKey): Promise<ScanPage> {
    const { Items = [], LastEvaluatedKey } = await this.#client
      .send(new ScanCommand(inputOf(request, from)))
      .catch((error) => {
        throw isFinal(error)
          ? new SourceDataError(`The table ${show(request.table)} can't be read: ${error.name}.`)
          : error;
      });
    // Only keys of pages say which attributes are the table's: a segment's only page has none.
    const names = Object.keys(LastEvaluatedKey ?? from ?? {});
    return {
      items: Items.map((item) => ({ record: recordOf(item), key: keyIn(item, names) })),
      next: LastEvaluatedKey ? keyJson(LastEvaluatedKey) : null,
    };
  }

  close(): void {
    this.#client.destroy();
  }
}

const FINAL = ['ResourceNotFoundException', 'AccessDeniedException', 'ValidationException'];
const isFinal = (error: unknown): error is Error =>
  error instanceof DynamoDBServiceException && FINAL.includes(error.name);

function inputOf({ table, segment, segments, consistent, attributes, filter }: ScanRequest, from: StartKey) {
  const names: Record<string, string> = { ...filter?.names };
  const projection = attributes?.map((path, place) =>
    path
      .split('.')
      .map((name, level) => {
        const placeholder = `#attribute${place}_${level}`;
        names[placeholder] = name;
        return placeholder;
      })
      .join('.'),
  );
  const values = Object.entries(filter?.values ?? {}).map(([name, value]) => [name, attributeOf(value)]);
  return {
    TableName: table,
    Segment: segment,
    TotalSegments: segments,
    ConsistentRead: consistent,
    ...(from && { ExclusiveStartKey: keyOf(from) }),
    ...(projection && { ProjectionExpression: projection.join(', ') }),
    ...(filter && { FilterExpression: filter.expression }),
    ...(Object.keys(names).length > 0 && { ExpressionAttributeNames: names }),
    ...(values.length > 0 && { ExpressionAttributeValues: Object.fromEntries(values) }),
  } satisfies ScanCommandInput;
}

function attributeOf(value: string | number | boolean | null): AttributeValue {
  if (value === null) return { NULL: true };
  if (typeof value === 'boolean') return { BOOL: value };
  return typeof value === 'number' ? { N: String(value) } : { S: value };
}

function keyIn(item: Readonly<Record<string, AttributeValue>>, names: readonly string[]): StartKey {
  const key = Object.entries(item).filter(([name]) => names.includes(name));
  return names.length > 0 && key.length === names.length ? keyJson(Object.fromEntries(key)) : null;
}

function keyJson(key: Readonly<Record<string, AttributeValue>>): StartKey {
  return Object.fromEntries(
    Object.entries(key).map(([name, { S, N, B }]) => {
      if (S !== undefined) return [name, ['S', S]];
      return [name, N === undefined ? ['B', Buffer.from(B ?? []).toString('base64')] : ['N', N]];
    }),
  );
}

function keyOf(key: NonNullable<StartKey>): Record<string, AttributeValue> {
  return Object.fromEntries(
    Object.entries(key).map(([name, [type, text]]) => {
      if (type === 'S') return [name, { S: text }];
      return [name, type === 'N' ? { N: text } : { B: Buffer.from(text, 'base64') }];
    }),
  );
}
