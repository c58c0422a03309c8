import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, ReceiveMessageCommand, SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startEmulators } from '../../local/emulators.ts';
import { applyEnvironment, BUCKET } from '../../local/environment.ts';
import { StateBusyError } from '../../local/host-file.ts';
import { createTable } from '../../local/resources.ts';
import { numbers } from '../contracts/fixtures.ts';
import { TABLE, temporaryDirectory } from './support.ts';

const SLOW = { timeout: 30_000 };

let stateDir: string;
beforeAll(async () => {
  stateDir = await temporaryDirectory();
});
afterAll(() => rm(stateDir, { recursive: true }));

/** Emulators of the folder, which this process's SDKs call until they are ended. */
async function started(toLook = false): Promise<() => Promise<void>> {
  const { environment, stop } = await startEmulators({ stateDir, toLook });
  const restore = applyEnvironment(environment);
  await createTable(TABLE);
  return async () => {
    restore();
    await stop();
  };
}

test(
  'what one start wrote, the next one reads; meanwhile another process is refused the folder; queues are fair to groups',
  SLOW,
  async () => {
    const key = { PK: { S: 'P#sample#r1' }, SK: { S: 'RUN' } };
    const item = { ...key, done: { NS: ['1', '2'] }, page: { B: new Uint8Array([0, 1, 255]) } };
    const object = { Bucket: BUCKET, Key: 'sample/r1/report é.csv' };
    const stopFirst = await started();
    await new DynamoDBClient({}).send(new PutItemCommand({ TableName: TABLE.TableName, Item: item }));
    await new S3Client({}).send(new PutObjectCommand({ ...object, Body: 'id,city\n', ContentType: 'text/csv' }));
    await expect(startEmulators({ stateDir })).rejects.toThrow(StateBusyError);
    await expect(startEmulators({ stateDir, toLook: true })).rejects.toThrow(StateBusyError);
    await stopFirst();

    const stop = await started(true);
    const read = await new DynamoDBClient({}).send(new GetItemCommand({ TableName: TABLE.TableName, Key: key }));
    expect(read.Item).toEqual(item);
    const { Body, ContentType } = await new S3Client({}).send(new GetObjectCommand(object));
    expect(await Body?.transformToString()).toBe('id,city\n');
    expect(ContentType).toBe('text/csv');

    // A group's messages don't wait for all those that another group sent before.
    const sqs = new SQSClient({});
    await sqs.send(new CreateQueueCommand({ QueueName: 'fair' }));
    const QueueUrl = `${process.env.AWS_ENDPOINT_URL_SQS}/000000000000/fair`;
    const send = (MessageGroupId: string, count: number) => {
      const Entries = numbers(count).map((i) => ({ Id: `${i}`, MessageBody: MessageGroupId, MessageGroupId }));
      return sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    };
    await send('large', 10);
    await send('small', 2);
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 5 }));
    expect(Messages.map(({ Body }) => Body)).toEqual(['large', 'small', 'large', 'small', 'large']);
    sqs.destroy();
    await stop();
  },
);

test.each([false, true])(
  'a database that does not open is said with its reason, also to look: %s',
  SLOW,
  async (toLook) => {
    await writeFile(join(stateDir, 'table', 'CURRENT'), 'MANIFEST-none\n');
    await expect(startEmulators({ stateDir, toLook })).rejects.toThrow(
      /^emulators ended \(exit code 1\)[\s\S]*The database .*table can't be opened: .*MANIFEST-none/,
    );
  },
);
