import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import { GetQueueAttributesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { SYSTEM } from '../../functions/system.ts';
import { startEmulators } from '../../local/emulators.ts';
import { type Host, type HostOptions, startHost } from '../../local/host.ts';
import { StateBusyError } from '../../local/host-file.ts';
import type { LocalPipelineOptions } from '../../local/pipeline.ts';
import { tableDefinition } from '../../shared/adapters/dynamodb/table.ts';
import { busEvents } from '../../shared/adapters/events/bus-events.ts';
import { definePipeline } from '../../shared/author/definition.ts';
import { list } from '../../shared/author/sources/list.ts';
import { QUEUES } from '../../shared/domain/queues.ts';
import { mapValues } from '../../shared/domain/records.ts';
import { LOCAL_REGION, queueArn } from '../../shared/host/arn.ts';
import type { Handler } from '../../shared/lambda/declaration.ts';
import { RESOURCES } from '../../shared/lambda/resources.ts';
import { wiringOf } from '../../shared/lambda/wiring.ts';
import { bundle } from '../../shared/project/bundle.ts';
import { PACKAGE_DIR } from '../../shared/project/project.mjs';
import { ROUTED } from '../fixtures/routed.ts';
import { Events, isAlive, TABLE, temporaryDirectory } from './support.ts';

// Processes start here: a busy machine takes its time.
vi.setConfig({ testTimeout: 20_000, hookTimeout: 20_000 });

const servicesDir = join(PACKAGE_DIR, 'test', 'local', 'services');
const pipeline = (service: string) =>
  definePipeline({
    name: 'sample',
    source: list(() => []),
    endpoint: { service, path: '/' },
    reduce: {
      columns: [],
      cells: () => [],
      start: () => {
        throw new Error('not reduced here');
      },
    },
  });

const nothing = () => undefined;
const SILENT = {
  log: { begin: nothing, info: nothing, warn: nothing, error: nothing },
  metrics: { count: nothing, flush: nothing },
};

/** What test/local/services/echo answers. */
const echoed = z.object({ pid: z.number(), key: z.string().nullable() });

interface Call {
  readonly name: string;
  readonly event: unknown;
}

let stateDir: string;
let calls: Events<Call>;
let host: Host | undefined;

beforeEach(async () => {
  stateDir = await temporaryDirectory();
  calls = new Events();
});
afterEach(async () => {
  await host?.stop();
  host = undefined;
  await rm(stateDir, { recursive: true });
});

const USERS = { endpointUrl: 'http://localhost:3000' };

const batch = z.object({ Records: z.array(z.object({ body: z.string() })) });
const bodies = (all: readonly Call[]) => all.flatMap(({ event }) => batch.parse(event).Records.map(({ body }) => body));

async function start(first: Partial<LocalPipelineOptions> = {}, over: Partial<HostOptions> = {}): Promise<Host> {
  const recording =
    (name: string): Handler =>
    async (event, context) => {
      calls.add({ name, event });
      return name === 'splitter' ? { dropped: undefined, memory: context.memoryLimitInMB } : undefined;
    };
  host = await startHost({
    first: { pipeline: pipeline('echo'), reduceDigest: 'today', ...first },
    stateDir,
    servicesDir,
    tableDefinition: TABLE,
    system: {
      ...SYSTEM,
      functions: mapValues(SYSTEM.functions, (declared, name) => ({
        ...declared,
        load: async () => () => recording(name),
      })),
    },
    telemetry: () => SILENT,
    logger: { warn: () => {}, error: () => {} },
    ...over,
  });
  return host;
}

describe('a started host', () => {
  it('runs functions, queues and both servers, and leaves nothing behind', async () => {
    const before = { ...process.env };
    const { first, mailDir, pids, stop } = await start();
    const { resources, liveUrl, cloneUrl, invoke } = first;

    expect(Object.keys(resources).sort()).toEqual(Object.keys(RESOURCES).sort());
    expect(await invoke('splitter', { limit: 1 })).toEqual({ memory: '1024' });

    const sqs = new SQSClient({});
    await sqs.send(new SendMessageCommand({ QueueUrl: resources.work, MessageBody: 'work' }));
    await sqs.send(new SendMessageCommand({ QueueUrl: resources.aggregate, MessageBody: 'segment' }));
    const deadLetters = `${resources.split}-dead-letter`;
    await sqs.send(new SendMessageCommand({ QueueUrl: deadLetters, MessageBody: 'dead' }));
    const names = (await calls.atLeast(4)).map(({ name }) => name);
    expect(names.sort()).toEqual(['aggregator', 'dead-letter', 'forwarder', 'splitter']);

    const wired = wiringOf(SYSTEM, pipeline('echo'));
    for (const name of QUEUES) {
      const QueueUrl = `${resources.split.replace(/split$/, name)}`;
      const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
      expect(Attributes).toMatchObject({
        VisibilityTimeout: String(wired.queues[name].visibilitySeconds),
        MessageRetentionPeriod: '1209600',
      });
      expect(JSON.parse(Attributes?.RedrivePolicy ?? '')).toEqual({
        deadLetterTargetArn: queueArn(`sample-${name}-dead-letter`),
        maxReceiveCount: wired.queues[name].maxReceiveCount,
      });
    }

    const [live, clone] = await Promise.all(
      [liveUrl, cloneUrl].map(async (url) => echoed.parse(await (await fetch(`${url}/`)).json())),
    );
    expect([live?.pid, clone?.pid].sort()).toEqual([...pids].slice(1).sort());
    expect(clone?.key).not.toBe('local');

    const { MessageId } = await new SESv2Client({}).send(
      new SendEmailCommand({
        FromEmailAddress: resources.mail,
        Destination: { ToAddresses: ['a@example.com'] },
        Content: { Raw: { Data: Buffer.from('Subject: done\r\n\r\n') } },
      }),
    );
    expect(await readFile(join(mailDir, `${MessageId}.eml`), 'utf8')).toBe('Subject: done\r\n\r\n');

    expect(pids.map(isAlive)).toEqual([true, true, true]);
    await stop();
    expect(pids.map(isAlive)).toEqual([false, false, false]);
    expect(process.env).toEqual(before);
  });

  it('reads what an earlier one wrote', async () => {
    const key = { PK: { S: 'P#sample#r1' }, SK: { S: 'RUN' } };
    const before = await start(USERS);
    const item = { ...key, done: { NS: ['1', '2'] }, page: { B: new Uint8Array([0, 1, 255]) } };
    await new DynamoDBClient({}).send(new PutItemCommand({ TableName: before.first.resources.table, Item: item }));
    const object = { Bucket: before.first.resources.objects, Key: 'sample/r1/report é.csv' };
    await new S3Client({}).send(new PutObjectCommand({ ...object, Body: 'id,city\n', ContentType: 'text/csv' }));
    await before.stop();

    const { resources } = (await start(USERS)).first;
    const read = await new DynamoDBClient({}).send(new GetItemCommand({ TableName: resources.table, Key: key }));
    expect(read.Item).toEqual(item);
    const { Body, ContentType } = await new S3Client({}).send(new GetObjectCommand(object));
    expect(await Body?.transformToString()).toBe('id,city\n');
    expect(ContentType).toBe('text/csv');
  });

  it('gives the calls to a service of the user and starts none; leaves a paused queue alone until it is resumed', async () => {
    const { first, pids } = await start({ endpointUrl: 'http://localhost:3000/' });
    const { resources, cloneUrl, liveUrl, pause, resume } = first;
    expect({ cloneUrl, liveUrl }).toEqual({ cloneUrl: 'http://localhost:3000', liveUrl: null });
    expect(resources.endpoint).toBe('http://localhost:3000');
    expect(pids).toHaveLength(1);

    await pause('work');
    const sqs = new SQSClient({});
    await sqs.send(new SendMessageCommand({ QueueUrl: resources.work, MessageBody: 'work' }));
    await sqs.send(new SendMessageCommand({ QueueUrl: resources.aggregate, MessageBody: 'segment' }));
    expect((await calls.atLeast(1)).map(({ name }) => name)).toEqual(['aggregator']);
    resume('work');
    expect((await calls.atLeast(2)).map(({ name }) => name)).toEqual(['aggregator', 'forwarder']);
  });

  it('says when one of its processes has died', async () => {
    const { pids, first, failure } = await start();
    process.kill(pids[2] ?? 0, 'SIGKILL');
    expect((await first.failure).message).toBe('service echo (clone) ended (SIGKILL)');
    process.kill(pids[0] ?? 0, 'SIGKILL');
    expect((await failure).message).toBe('emulators ended (SIGKILL)');
  });
});

describe('a host with several pipelines', () => {
  const named = (name: string, service = 'echo') => ({
    pipeline: { ...pipeline(service), name },
    reduceDigest: 'today',
  });

  it('makes another one when it is used: its queues and functions, over one table, bucket and service', async () => {
    const { first, use, pids } = await start();
    const sqs = new SQSClient({});
    const url = first.resources.work.replace('sample', 'other');
    await expect(sqs.send(new GetQueueAttributesCommand({ QueueUrl: url }))).rejects.toThrow();

    const [one, two] = await Promise.all([use(named('other')), use(named('other'))]);
    expect([one.fresh, two.fresh]).toEqual([true, false]);
    expect(two.pipeline).toBe(one.pipeline);
    const { table, objects, endpoint, events, mail } = first.resources;
    expect(one.pipeline.resources).toMatchObject({ table, objects, endpoint, events, mail, work: url });
    expect(pids.map(isAlive)).toEqual([true, true, true]);

    await one.pipeline.pause('work');
    await sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody: 'other' }));
    await sqs.send(new SendMessageCommand({ QueueUrl: first.resources.work, MessageBody: 'sample' }));
    expect(bodies(await calls.atLeast(1))).toEqual(['sample']);
    one.pipeline.resume('work');
    expect(bodies(await calls.atLeast(2))).toEqual(['sample', 'other']);
  });

  it('goes on with the others where one cannot start, or its service ends', async () => {
    const { use, first, failure, pids } = await start(USERS);
    await expect(use(named('broken', 'broken'))).rejects.toThrow(/no database to talk to/);
    const { pipeline: other } = await use(named('other'));
    const servers = host?.pids.slice(pids.length) ?? [];
    process.kill(servers[0] ?? 0, 'SIGKILL');
    // Both start side by side, and either may be the first.
    expect((await other.failure).message).toMatch(/^service echo \((live|clone)\) ended \(SIGKILL\)$/);
    expect(await Promise.race([failure, first.failure, 'they go on'])).toBe('they go on');
    // Its service starts again with the next use.
    await vi.waitFor(async () => expect((await use(named('other'))).fresh).toBe(true));
    expect(await first.invoke('splitter', {})).toEqual({ memory: '1024' });
  });

  it('takes no other endpoint, and no changed definition, for one that it works on', async () => {
    const { use } = await start(USERS);
    const sample = { ...named('sample'), ...USERS };
    expect((await use(sample)).fresh).toBe(false);
    await expect(use({ ...sample, endpointUrl: undefined })).rejects.toThrow(
      'Pipeline "sample" runs here already and calls http://localhost:3000; received no --endpoint',
    );
    await expect(use({ ...sample, reduceDigest: 'tomorrow' })).rejects.toThrow(/was changed since/);
  });

  it('makes a function of the platform once, and puts the events of all on one bus', async () => {
    const { functionsUrl, first, use } = await start(USERS, {
      system: ROUTED,
      tableDefinition: { ...tableDefinition, TableName: 'microprocess' },
    });
    const { pipeline: other } = await use({ ...named('other'), ...USERS });
    const ask = async (run: string) =>
      (await fetch(`${functionsUrl}/platform/callback/callback/${run}`, { method: 'POST' })).status;
    expect(await Promise.all([ask('sample.none'), ask('other.none')])).toEqual([410, 410]);
    for (const { resources } of [first, other]) {
      const bus = busEvents({ region: LOCAL_REGION, bus: resources.events });
      await bus.runEnded({
        pipeline: 'p',
        run: resources.work,
        status: 'succeeded',
        total: 1,
        failed: 0,
        summary: 's',
      });
    }
    const kept = (await readFile(join(stateDir, 'events.jsonl'), 'utf8')).trimEnd().split('\n');
    expect(kept.map((line) => JSON.parse(line).detail.run)).toEqual([first.resources.work, other.resources.work]);
  });
});

describe('a host that cannot start', () => {
  it('says what the service said, and ends what it had started', async () => {
    await expect(start({ pipeline: pipeline('broken') })).rejects.toThrow(
      /service broken \((live|clone)\) ended \(exit code 3\)[\s\S]*no database to talk to/,
    );
    // The directory is free again: nothing of the failed start holds it.
    await expect(start(USERS)).resolves.toMatchObject({ first: { liveUrl: null } });
  });

  it('names the file of a service that does not exist', async () => {
    await expect(start({ pipeline: pipeline('nowhere') })).rejects.toThrow(/services\/nowhere\/server\.ts/);
  });

  it('says that another run uses the directory, by its claim and, where that is missing, by the database', async () => {
    const { stop } = await start(USERS);
    await expect(start(USERS)).rejects.toThrow(`${stateDir} is in use by process`);
    await expect(startEmulators({ stateDir })).rejects.toThrow(StateBusyError);
    await stop();
  });
});

it('processes end with a parent that was killed', async () => {
  const entry = join(PACKAGE_DIR, 'test', 'local', 'fixtures', 'parent.ts');
  const script = await bundle({ entry, external: ['esbuild'] });
  const parent = spawn(process.execPath, [script, stateDir, servicesDir], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(createInterface(parent.stdout), 'line');
  const pids: number[] = JSON.parse(String(line));
  expect(pids.map(isAlive)).toEqual([true, true]);
  parent.kill('SIGKILL');
  await vi.waitFor(() => expect(pids.map(isAlive)).toEqual([false, false]), { timeout: 4_000, interval: 20 });
});
