import { isDeepStrictEqual } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { BatchWriteItemCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Item } from '../../../shared/adapters/dynamodb/attributes.ts';
import { unpack } from '../../../shared/adapters/dynamodb/codec.ts';
import { DynamoTable } from '../../../shared/adapters/dynamodb/dynamo-table.ts';
import { eraserOf } from '../../../shared/adapters/eraser.ts';
import { s3Objects } from '../../../shared/adapters/s3/objects.ts';
import { handOverItems } from '../../../shared/control/hand-over-items.ts';
import { findItem, purgeItem } from '../../../shared/control/purge-item.ts';
import { purgeRun } from '../../../shared/control/purge-run.ts';
import { redriveRun } from '../../../shared/control/redrive.ts';
import { startRun } from '../../../shared/control/start.ts';
import { RunNotFoundError, RunPurgedError } from '../../../shared/domain/errors.ts';
import { WRITES } from '../../../shared/domain/format.ts';
import { recordRefusal } from '../../../shared/flow/refusal.ts';
import { RealWork } from '../../../testing/real-work.ts';
import type { World } from '../../chaos/world.ts';
import { BUCKET, type Emulated, startEmulated, TABLE } from '../../contracts/emulated.ts';
import { ANN, peopleWorld, ran } from './item-scene.ts';

/** What a pipeline left: each item and each object, as it is stored. */
interface Stored {
  readonly items: readonly Item[];
  readonly objects: ReadonlyMap<string, StoredObject>;
}

interface StoredObject {
  readonly Body: Buffer;
  readonly Metadata: Record<string, string>;
}

let emulated: Emulated;
let world: World;
beforeAll(async () => {
  emulated = await startEmulated();
  const work = new RealWork();
  const objects = s3Objects({ client: work.watch(emulated.s3), bucket: BUCKET, prefix: 'runs/people/' });
  world = peopleWorld({ table: new DynamoTable(work.watch(emulated.dynamodb), TABLE), objects, work });
}, 90_000);
afterAll(() => emulated.stop());

async function stored(): Promise<Stored> {
  const objects = new Map<string, StoredObject>();
  for await (const { Contents = [] } of paginateListObjectsV2({ client: emulated.s3 }, { Bucket: BUCKET }))
    for (const { Key = '' } of Contents) {
      const { Body, Metadata = {} } = await emulated.s3.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
      objects.set(Key, { Body: Buffer.from((await Body?.transformToByteArray()) ?? []), Metadata });
    }
  return { items: await emulated.items(), objects };
}

const idOf = ({ pk, sk }: Item) => `${pk?.S} ${sk?.S}`;

/** Puts back what is gone of it. */
async function restore({ items, objects }: Stored, now: Stored): Promise<void> {
  const there = new Map(now.items.map((item) => [idOf(item), item]));
  // A run's record is another one by then: it says that the run was purged.
  for (const item of items)
    if (!isDeepStrictEqual(there.get(idOf(item)), item))
      await emulated.dynamodb.send(new PutItemCommand({ TableName: TABLE, Item: item }));
  for (const [Key, object] of objects)
    if (!now.objects.has(Key)) await emulated.s3.send(new PutObjectCommand({ Bucket: BUCKET, Key, ...object }));
}

/** All that is stored in plain text, by where it stands. */
function texts({ items, objects }: Stored): Map<string, string> {
  const all = new Map([...objects].map(([key, { Body }]) => [key, plain(Body)]));
  for (const item of items) {
    const values = Object.values(item).map((value) =>
      value.B ? JSON.stringify(unpack(value.B)) : JSON.stringify(value),
    );
    all.set(idOf(item), values.join());
  }
  return all;
}

const plain = (body: Buffer) => (body[0] === 0x1f && body[1] === 0x8b ? gunzipSync(body) : body).toString('utf8');

/** An eraser whose n-th deletion is cut off in its middle: half of it has happened. */
function erasing(n: number) {
  const options = { region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
  const { AWS_ENDPOINT_URL_DYNAMODB: endpoint = '' } = emulated.environment;
  const dynamodb = new DynamoDBClient({ ...options, endpoint });
  const s3 = new S3Client({ ...options, endpoint: emulated.awsUrl, forcePathStyle: true });
  let made = 0;
  const half = <T>(all: readonly T[]) => all.slice(0, all.length >> 1);
  dynamodb.middlewareStack.add(
    (next) => async (args) => {
      const requests = 'RequestItems' in args.input ? args.input.RequestItems?.[TABLE] : undefined;
      if (!Array.isArray(requests) || ++made !== n) return next(args);
      const some = half(requests);
      if (some.length > 0) await emulated.dynamodb.send(new BatchWriteItemCommand({ RequestItems: { [TABLE]: some } }));
      throw new Error('cut off');
    },
    { step: 'initialize' },
  );
  s3.middlewareStack.add(
    (next) => async (args) => {
      const objects = 'Delete' in args.input ? args.input.Delete?.Objects : undefined;
      if (!objects || ++made !== n) return next(args);
      const some = half(objects);
      if (some.length > 0)
        await emulated.s3.send(new DeleteObjectsCommand({ Bucket: BUCKET, Delete: { Objects: some, Quiet: true } }));
      throw new Error('cut off');
    },
    { step: 'initialize' },
  );
  return eraserOf('people', { table: TABLE, objects: BUCKET, region: 'us-east-1' }, { dynamodb, s3 });
}

/** That a purged run's id isn't used again, and that nothing which still comes for it changes anything. */
async function expectSealed(run: string, expires: number): Promise<void> {
  // Forwarders still write counts for displays: numbers alone.
  const ofRun = async () =>
    (await emulated.items()).filter(
      ({ pk, sk }) => pk?.S?.startsWith(`P#people#${run}`) && !sk?.S?.startsWith('PROGRESS#'),
    );
  const sealed = await ofRun();
  const longest = Math.max(expires, Math.ceil(world.now() / 1_000) + 15 * 86_400);
  expect(sealed.find(({ pk }) => pk?.S === `P#people#${run}`)?.ttl).toEqual({ N: String(longest) });

  const { queues, stores } = world.deps;
  const head = { v: WRITES, pipeline: 'people', run } as const;
  await queues.split.send([{ message: { ...head, type: 'slice', slice: 0 } }]);
  // Late: a forwarder takes what it read of a run in the last three seconds for true.
  const slot = { slot: 0, turn: 0, size: 60, ttl: longest, items: [{ ...ANN }] };
  await queues.work.send([{ message: { ...head, type: 'work', at: [0, 0, 0], ...slot }, delaySeconds: 10 }]);
  await queues.aggregate.send([
    { message: { ...head, type: 'segment', slice: 0, segment: 0 } },
    { message: { ...head, type: 'finish' } },
  ]);
  await world.drain();
  await stores.runs.flag(run, 'cut');
  await stores.runs.recordMail(run, 'sent');
  expect(await stores.runs.claimMail(run)).toBe(false);
  const eraser = erasing(NEVER);
  await expect(startRun(world.deps, { runId: run, params: { ann: 1 } }, 'cli')).rejects.toThrow(RunPurgedError);
  await expect(purgeRun(world.deps, eraser, run)).rejects.toThrow(RunNotFoundError);
  eraser.close();
  await expect(redriveRun(world.deps, run)).rejects.toThrow(RunNotFoundError);
  expect(await ofRun()).toEqual(sealed);
}

const NEVER = 0;
/** What stands in items, in pages, in lines and in answers. */
const HERS = ['K-4711', 'Quill', 'Ann Lee', 'Ms Lee'];

test('an item is gone from all that is stored, wherever its deletion was cut off, and other runs stay as they were', {
  timeout: 120_000,
}, async () => {
  await ran(world, 'without', 0);
  // The newest that succeeds: its report has copies.
  await ran(world, 'with', 2);
  await world.insist((deps) => redriveRun(deps, 'with'));
  await world.runToEnd('with~2');
  await handOverItems(world.objects, { items: [ANN] });
  const refused = { messageId: 'm', queue: 'work', reason: 'not-json', detail: 'no JSON', excerpt: 'of K-4711' };
  await recordRefusal(world.deps, refused);
  const before = await stored();
  const held = texts(before);
  for (const text of HERS)
    expect(
      [...held.values()].some((value) => value.includes(text)),
      text,
    ).toBe(true);
  expect(held.get('runs/people/latest/report.csv')).toContain('Ann Lee');
  const others = (all: Map<string, string>) => [...all].filter(([at]) => /[/#]without\b/.test(at));
  expect(others(held).length).toBeGreaterThan(10);

  const purge = async (n: number) => {
    const eraser = erasing(n);
    try {
      const onGone = async ({ run }: { readonly run: string }) => void told.add(run);
      return await purgeItem(world.deps, eraser, await findItem(world.deps, eraser, ['K-4711']), { onGone });
    } finally {
      eraser.close();
    }
  };
  const told = new Set<string>();
  let cut = 0;
  for (let isCut = true; isCut; ) {
    isCut = await purge(cut + 1).then(
      () => false,
      (error: unknown) => String(error).includes('cut off'),
    );
    if (isCut) cut++;
    // What is gone is told even so, and nothing else.
    for (const run of ['with', 'with~2']) expect(await world.deps.stores.runs.wasPurged(run)).toBe(told.has(run));
    await purge(NEVER);
    const after = await stored();
    const left = texts(after);
    for (const text of HERS)
      expect(
        [...left].filter(([, value]) => value.includes(text)).map(([at]) => at),
        `${text}, cut off at ${cut}`,
      ).toEqual([]);
    expect(others(left)).toEqual(others(held));
    for (const run of ['with', 'with~2']) {
      expect([await world.deps.stores.runs.read(run), await world.deps.stores.runs.wasPurged(run)]).toEqual([
        null,
        true,
      ]);
      const kept = after.items.filter(({ pk }) => pk?.S === `P#people#${run}`);
      expect(kept).toEqual([{ pk: kept[0]?.pk, sk: { S: 'RUN' }, purged: { BOOL: true }, ttl: kept[0]?.ttl }]);
    }
    await restore(before, after);
    told.clear();
  }
  // Inputs, refusals, and each kind of what the run and its redrive left.
  expect(cut).toBeGreaterThan(8);

  const expires = (await world.deps.stores.runs.read('with'))?.ttl ?? 0;
  await purge(NEVER);
  await expectSealed('with', expires);
});
