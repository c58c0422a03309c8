import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import invoices from '../../docs/examples/cookbook-invoices.ts';
import { dynamoStores } from '../../shared/adapters/dynamodb/dynamo-stores.ts';
import { DynamoTable } from '../../shared/adapters/dynamodb/dynamo-table.ts';
import { eraseCopies } from '../../shared/adapters/s3/copy-newest.ts';
import { s3Objects } from '../../shared/adapters/s3/objects.ts';
import { sesMailer } from '../../shared/adapters/ses/ses-mailer.ts';
import { s3Files } from '../../shared/adapters/sources/s3-object.ts';
import { sourceFiles } from '../../shared/adapters/sources/source-files.ts';
import { sqsQueue } from '../../shared/adapters/sqs/sqs-queue.ts';
import { jsonl } from '../../shared/author/sources/jsonl.ts';
import { objects } from '../../shared/author/sources/objects.ts';
import { ObjectNotFoundError, SourceChangedError, SourceMissingError } from '../../shared/domain/errors.ts';
import type { Json } from '../../shared/domain/json.ts';
import { runPipeline } from '../../testing/run-pipeline.ts';
import { describeCallStore } from './call-store.contract.ts';
import { BUCKET, type Emulated, startEmulated, TABLE } from './emulated.ts';
import { describeGateStore } from './gate-store.contract.ts';
import { describeItemTable } from './item-table.contract.ts';
import { describeMailer } from './mailer.contract.ts';
import { describeObjects } from './objects.contract.ts';
import { describeQueue } from './queue.contract.ts';
import { itemsOf, sourceContract } from './source.contract.ts';
import { sqsUnderTest } from './sqs-under-test.ts';
import { describeStores } from './stores.contract.ts';

// The emulators answer in milliseconds, unless the machine has other work.
vi.setConfig({ testTimeout: 30_000 });

let emulated: Emulated | undefined;
beforeAll(async () => {
  emulated = await startEmulated();
}, 30_000);
afterAll(async () => emulated?.stop());

const aws = (): Emulated => {
  if (!emulated) throw new Error('The emulators run inside tests only.');
  return emulated;
};
const dispose = async () => {};
let made = 0;
/** A pipeline, prefix or queue of its own keeps each test to itself. */
const fresh = (kind: string) => {
  made += 1;
  return `${kind}-${made}`;
};

const noObjects = () => expect.fail('nothing was handed over');
const filesOnS3 = () => sourceFiles({ folder: '/nowhere', objects: noObjects, account: () => s3Files(aws().s3) });
const putLines = (Key: string, Body: string | Uint8Array) =>
  aws().s3.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body }));
const texts = z.array(z.object({ id: z.string(), text: z.string() }));
const LINES = '1\n22\n"üü"\n';

describe('a source on S3', () => {
  beforeAll(async () => {
    await putLines('in/plain.jsonl', LINES);
    await putLines('in/packed', gzipSync(LINES));
    await putLines('in/empty', '');
  });
  for (const [key, items] of Object.entries({
    'in/plain.jsonl': [1, 22, 'üü'],
    'in/packed': [1, 22, 'üü'],
    'in/empty': [],
  })) {
    sourceContract(key, () => jsonl(`s3://${BUCKET}/${key}`).over?.(filesOnS3()) ?? expect.fail(), items);
  }

  describe('below a prefix', () => {
    beforeAll(async () => {
      await putLines('below/b.jsonl', LINES);
      await putLines('below/a.jsonl', '0\n');
      await putLines('below/deep/c', gzipSync('5\n6'));
      await putLines('below/deep/', '');
      await putLines('belowe', '7\n');
      await Promise.all(Array.from({ length: 1_001 }, (_, i) => putLines(`many/${String(i).padStart(4, '0')}`, '')));
    });
    const prefix = (name: string) => `s3://${BUCKET}/${name}/`;
    sourceContract('all objects', () => objects(prefix('below')).over?.(filesOnS3()) ?? expect.fail(), [
      expect.objectContaining({ key: 'below/a.jsonl', bucket: BUCKET, bytes: 2, etag: expect.stringMatching(/^"/) }),
      expect.objectContaining({ key: 'below/b.jsonl' }),
      expect.objectContaining({ key: 'below/deep/c' }),
    ]);

    test('each file is a slice, pinned by itself', async () => {
      const source = jsonl(prefix('below')).over?.(filesOnS3()) ?? expect.fail();
      expect(await source.plan?.({ params: {}, limit: undefined })).toMatchObject([
        { place: `s3://${BUCKET}/below/a.jsonl` },
        { place: `s3://${BUCKET}/below/b.jsonl` },
        { place: `s3://${BUCKET}/below/deep/c`, compressed: 'gzip' },
      ]);
      expect(await itemsOf(source)).toEqual([0, 1, 22, 'üü', 5, 6]);
    });

    test.each([
      ['many', 'more than the 1000 objects that a run reads'],
      ['none', 'has no objects'],
    ])('%s: says so', async (name, message) => {
      const source = jsonl(prefix(name)).over?.(filesOnS3()) ?? expect.fail();
      await expect(source.plan?.({ params: {}, limit: undefined })).rejects.toThrow(message);
    });

    test('of more than a page of objects each is an item', async () => {
      expect(await itemsOf(objects(prefix('many')).over?.(filesOnS3()) ?? expect.fail())).toHaveLength(1_001);
    });
  });

  test("the cookbook's invoices: documents on S3 become one file of JSON Lines, twenty of them with a call", async () => {
    const Bucket = 'invoices';
    await aws().s3.send(new CreateBucketCommand({ Bucket }));
    const stored = Array.from({ length: 25 }, (_, i) => ({ id: `i-${i}`, text: `Total:\nEUR ${i}` }));
    await Promise.all(
      stored.map((invoice, i) => {
        const Body = JSON.stringify(invoice, null, 2);
        return aws().s3.send(new PutObjectCommand({ Bucket, Key: `2026/${100 + i}.json`, Body }));
      }),
    );
    // Bound to this S3: a run's own files would else take its place.
    const { over: _, ...source } = invoices.source.over?.(filesOnS3()) ?? expect.fail();
    let calls = 0;
    const { status, outputs } = await runPipeline(
      { ...invoices, source },
      {
        // Real time, which S3 takes of it where the machine has other work.
        waitSeconds: 60,
        service: ({ body }) => {
          calls += 1;
          const outcome = ({ id, text }: (typeof stored)[number]) => ({
            status: 200,
            result: { id, total: Number(text.split(' ').at(-1)), currency: 'EUR' },
          });
          return { status: 200, body: texts.parse(body).map(outcome) };
        },
      },
    );
    expect({ status, calls }).toEqual({ status: 'succeeded', calls: 2 });
    const [file = new Uint8Array()] = Object.values(outputs.invoices ?? {});
    const lines = gunzipSync(file).toString().trim().split('\n');
    expect(lines).toHaveLength(25);
    expect(JSON.parse(lines[7] ?? '')).toEqual({ id: 'i-7', total: 7, currency: 'EUR' });
  });

  test('that is another one since the plan is refused, and so is one that was deleted', async () => {
    await putLines('in/changing', LINES);
    const file = await filesOnS3().look(`s3://${BUCKET}/in/changing`);
    const read = async () => {
      for await (const _ of filesOnS3().read(file, 0)) expect.fail('bytes of another object');
    };
    await putLines('in/changing', LINES.replace('1', '9'));
    await expect(read()).rejects.toThrow(SourceChangedError);
    await aws().s3.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: 'in/changing' }));
    await expect(read()).rejects.toThrow(SourceChangedError);
    await expect(filesOnS3().look(file.place)).rejects.toThrow(SourceMissingError);
  });

  test('is not read where a client would reach the emulators', async () => {
    const here = sourceFiles({ folder: '/nowhere', objects: noObjects });
    await expect(here.look(`s3://${BUCKET}/in/empty`)).rejects.toThrow('hand over a copy with --file');
  });
});

describeStores('DynamoDB', async () => ({
  stores: dynamoStores({ client: aws().dynamodb, table: TABLE, pipeline: fresh('pipeline') }),
  dispose,
}));

test('DynamoDB: every item has a TTL in epoch seconds, and its pipeline in front of its key', async () => {
  const items = await aws().items();
  expect(items.length).toBeGreaterThan(100);
  const wrong = items.filter(
    ({ ttl, pk }) => !/^\d{10}$/.test(ttl?.N ?? '') || !/^P#pipeline-\d+(#|$)/.test(pk?.S ?? ''),
  );
  expect(wrong.map(({ pk, sk, ttl }) => `${pk?.S} ${sk?.S} ${ttl?.N}`)).toEqual([]);
});

describeItemTable(
  'DynamoDB',
  () => new DynamoTable(aws().dynamodb, TABLE),
  () => fresh('table'),
);
describeCallStore(
  'DynamoDB',
  () => new DynamoTable(aws().dynamodb, TABLE),
  () => fresh('calls'),
);
describeGateStore(
  'DynamoDB',
  () => new DynamoTable(aws().dynamodb, TABLE),
  () => fresh('gate'),
);

describeObjects('S3', async () => ({
  objects: s3Objects({ client: aws().s3, bucket: BUCKET, prefix: `${fresh('pipeline')}/` }),
  dispose,
}));

test('S3: streams that broke off left no parts behind', async () => {
  const { Uploads = [] } = await aws().s3.send(new ListMultipartUploadsCommand({ Bucket: BUCKET }));
  expect(Uploads).toEqual([]);
});

describeQueue('SQS', async () => sqsUnderTest(aws().sqs, await aws().queue(fresh('queue'))));

test('SQS: of a queue with room for three messages each one counts, also delayed and hidden ones', async () => {
  const { sqs } = aws();
  const url = await aws().queue(fresh('queue'));
  const queue = sqsQueue<Json>({ client: sqs, url, room: 3 });
  await queue.send([{ message: 'waits' }, { message: 'waits too' }, { message: 'later', delaySeconds: 900 }]);
  await sqs.send(new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 1 }));
  expect(await queue.isLongerThan(1)).toBe(false);
  await queue.send([{ message: 'much later', delaySeconds: 900 }]);
  expect(await queue.isLongerThan(1)).toBe(true);
  expect(await sqsQueue<Json>({ client: sqs, url }).isLongerThan(1)).toBe(false);
});

const addresses = z.array(z.string());
const envelope = z.object({ Destination: z.object({ ToAddresses: addresses, BccAddresses: addresses }) });

describeMailer('SES', async () => {
  const { mailDir, environment } = aws();
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  await rm(mailDir, { recursive: true, force: true });
  return {
    mailer: sesMailer({ region: 'us-east-1' }),
    async sent() {
      const files = await readdir(mailDir).catch(() => []);
      const mails = files.filter((file) => file.endsWith('.eml')).map((file) => join(mailDir, file));
      return Promise.all(
        mails.map(async (file) => {
          const { Destination } = envelope.parse(JSON.parse(await readFile(file.replace(/eml$/, 'json'), 'utf8')));
          // Several recipients must not see each other.
          expect(Destination.ToAddresses.length).toBeLessThanOrEqual(1);
          return {
            to: [...Destination.ToAddresses, ...Destination.BccAddresses],
            raw: Uint8Array.from(await readFile(file)),
          };
        }),
      );
    },
    async dispose() {
      vi.unstubAllEnvs();
    },
  };
});

test('a copy says what it is and whose, and is deleted with its run alone', async () => {
  const prefix = `${fresh('latest')}/`;
  const { s3 } = aws();
  const port = s3Objects({ client: s3, bucket: BUCKET, prefix });
  await port.put('may/report.csv', 'id', 'text/plain');
  const kind = { order: '1', run: 'may', contentType: 'text/csv', disposition: 'attachment; filename="scores.csv"' };
  await port.copyNewest('may/report.csv', { ...kind, to: 'latest/report.csv' });
  const Key = `${prefix}latest/report.csv`;
  expect(await s3.send(new HeadObjectCommand({ Bucket: BUCKET, Key }))).toMatchObject({
    ContentType: 'text/csv',
    ContentDisposition: 'attachment; filename="scores.csv"',
    Metadata: { run: 'may', order: '1' },
  });
  await eraseCopies(s3, BUCKET, `${prefix}latest/`, 'june');
  expect(Buffer.from(await port.get('latest/report.csv')).toString()).toBe('id');
  await eraseCopies(s3, BUCKET, `${prefix}latest/`, 'may');
  await expect(port.get('latest/report.csv')).rejects.toThrow(ObjectNotFoundError);
});
