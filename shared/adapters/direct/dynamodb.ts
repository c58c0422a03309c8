import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  type ServiceInputTypes,
  type ServiceOutputTypes,
} from '@aws-sdk/client-dynamodb';
import { type DirectCommands, sendDirectly } from './direct.ts';

type Attributes = Record<string, AttributeValue>;

const COMMANDS: DirectCommands<ServiceInputTypes, ServiceOutputTypes> = {
  names: new Set([
    'GetItemCommand',
    'PutItemCommand',
    'UpdateItemCommand',
    'DeleteItemCommand',
    'QueryCommand',
    'BatchGetItemCommand',
  ]),
  hostOf: () => '',
  encode: (input) => ({
    ...input,
    ...('Item' in input && input.Item && { Item: encoded(input.Item) }),
    ...('ExpressionAttributeValues' in input &&
      input.ExpressionAttributeValues && { ExpressionAttributeValues: encoded(input.ExpressionAttributeValues) }),
  }),
  decode(output) {
    if ('Item' in output && output.Item) decodeAll(output.Item);
    if ('Attributes' in output && output.Attributes) decodeAll(output.Attributes);
    if ('Items' in output) for (const item of output.Items ?? []) decodeAll(item);
    if ('Responses' in output && output.Responses) {
      for (const items of Object.values(output.Responses)) if (Array.isArray(items)) items.forEach(decodeAll);
    }
  },
  failureOf: (type, message, $metadata) =>
    type === 'ConditionalCheckFailedException' ? new ConditionalCheckFailedException({ message, $metadata }) : null,
};

function encoded(attributes: Attributes): Record<string, unknown> {
  const json: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(attributes))
    json[name] = value.B === undefined ? value : { B: Buffer.from(value.B).toString('base64') };
  return json;
}

function decodeAll(attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    const base64: unknown = value.B;
    if (typeof base64 === 'string') attributes[name] = { B: new Uint8Array(Buffer.from(base64, 'base64')) };
  }
}

/** Sends by the short way what a table's items are read and written with: attributes without lists or maps of bytes. */
export function sendItemsDirectly(client: DynamoDBClient): void {
  sendDirectly(client, COMMANDS);
}
