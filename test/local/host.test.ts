import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import { GetQueueAttributesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { z } from 'zod';
import type { Host } from '../../local/host.ts';
import { StateBusyError } from '../../local/host-file.ts';
import { busEvents } from '../../shared/adapters/events/bus-events.ts';
import { QUEUES } from '../../shared/domain/queues.ts';
import { LOCAL_REGION, queueArn } from '../../shared/host/arn.ts';
import { RESOURCES } from '../../shared/lambda/resources.ts';
import { wiringOf } from '../../shared/lambda/wiring.ts';
import { ROUTED } from '../fixtures/routed.ts';
import { type Call, sample, samplePipeline, startRecorded, USERS } from './recorded-host.ts';
import { Events, isAlive, temporaryDirectory } from './support.ts';

// Three processes start here, once for all tests: a busy machine takes its time.
const SLOW = 30_000;

/** What test/local/services/echo answers. */
const echoed = z.object({ pid: z.number(), key: z.string().nullable() });
const batch = z.object({ Records: z.array(z.object({ body: z.string() })) });

let stateDir: string;
let calls: Events<Call>;
let before: NodeJS.ProcessEnv;
let host: Host;
let sqs: SQSClient;
beforeAll(async () => {
  stateDir = await temporaryDirectory();
  calls = new Events();
  before = { ...process.env };
  host = await startRecorded(stateDir, calls, undefined, { load: async (name) => sample(name) });
  sqs = new SQSClient({});
}, SLOW);
afterAll(async () => {
  sqs.destroy();
  await host.stop();
  await rm(stateDir, { recursive: true });
});

const send = (QueueUrl: string, MessageBody: string) => sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));

/** Functions called with one of these messages, once all have been. */
async function calledWith(...messages: readonly string[]): Promise<string[]> {
  for (let count = messages.length; ; count++) {
    const all = (await calls.atLeast(count)).flatMap(({ name, event }) => {
      const parsed = batch.safeParse(event);
      return (parsed.data?.Records ?? []).map(({ body }) => ({ name, body }));
    });
    const these = all.filter(({ body }) => messages.includes(body));
    if (these.length >= messages.length) return these.map(({ name, body }) => `${name}: ${body}`).sort();
  }
}

/** Whether a function was called with a message. */
const taken = (message: string) =>
  calls.all.some(({ event }) => batch.safeParse(event).data?.Records.some(({ body }) => body === message));

test('functions run by name, and know all of this machine that they may', async () => {
  const { resources, invoke } = host.first;
  expect(Object.keys(resources).sort()).toEqual(Object.keys(RESOURCES).sort());
  expect(await invoke('splitter', { limit: 1 })).toEqual({ memory: '1024' });
});

test('each queue is as deployed, and what is sent to it comes to its function', async () => {
  const { resources } = host.first;
  await send(resources.work, 'work');
  await send(resources.aggregate, 'segment');
  await send(resources.split.replace(/split$/, 'dead-letters'), 'dead');
  expect(await calledWith('work', 'segment', 'dead')).toEqual([
    'aggregator: segment',
    'dead-letter: dead',
    'forwarder: work',
  ]);

  const wired = wiringOf(ROUTED, samplePipeline());
  for (const name of QUEUES) {
    const QueueUrl = `${resources.split.replace(/split$/, name)}`;
    const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
    expect(Attributes).toMatchObject({
      VisibilityTimeout: String(wired.queues[name].visibilitySeconds),
      MessageRetentionPeriod: '1209600',
    });
    expect(JSON.parse(Attributes?.RedrivePolicy ?? '')).toEqual({
      deadLetterTargetArn: queueArn('sample-dead-letters'),
      maxReceiveCount: wired.queues[name].maxReceiveCount,
    });
  }
});

test('a service runs twice, for live traffic and for calls, and knows nothing of AWS', async () => {
  const { liveUrl, cloneUrl } = host.first;
  const [live, clone] = await Promise.all(
    [liveUrl, cloneUrl].map(async (url) => echoed.parse(await (await fetch(`${url}/`)).json())),
  );
  expect([live?.pid, clone?.pid].sort()).toEqual([...host.pids].slice(1).sort());
  expect(clone?.key).not.toBe('local');
});

test('a mail that is sent is kept', async () => {
  const { MessageId } = await new SESv2Client({}).send(
    new SendEmailCommand({
      FromEmailAddress: host.first.resources.mail,
      Destination: { ToAddresses: ['a@example.com'] },
      Content: { Raw: { Data: Buffer.from('Subject: done\r\n\r\n') } },
    }),
  );
  expect(await readFile(join(host.mailDir, `${MessageId}.eml`), 'utf8')).toBe('Subject: done\r\n\r\n');
});

test('another pipeline is there once it is used: its queues and functions, over one table, bucket and service', async () => {
  const { first, use, pids } = host;
  const url = first.resources.work.replace('sample', 'other');
  await expect(sqs.send(new GetQueueAttributesCommand({ QueueUrl: url }))).rejects.toThrow();

  const [one, two] = await Promise.all([use(sample('other')), use(sample('other'))]);
  expect([one.fresh, two.fresh]).toEqual([true, false]);
  expect(two.pipeline).toBe(one.pipeline);
  const { table, objects, endpoint, events, mail } = first.resources;
  expect(one.pipeline.resources).toMatchObject({ table, objects, endpoint, events, mail, work: url });
  expect(host.pids).toEqual(pids);

  await one.pipeline.pause('work');
  await send(url, 'held back');
  await send(first.resources.work, 'not held back');
  expect(await calledWith('not held back')).toEqual(['forwarder: not held back']);
  expect(taken('held back')).toBe(false);
  one.pipeline.resume('work');
  expect(await calledWith('held back')).toEqual(['forwarder: held back']);
});

test('a service of the user gets the calls, and none is started', async () => {
  const { pids } = host;
  const { pipeline } = await host.use({ ...sample('users'), endpointUrl: `${USERS.endpointUrl}/` });
  const { cloneUrl, liveUrl, resources } = pipeline;
  expect({ cloneUrl, liveUrl }).toEqual({ cloneUrl: 'http://localhost:3000', liveUrl: null });
  expect(resources.endpoint).toBe('http://localhost:3000');
  expect(host.pids).toEqual(pids);
});

test('the HTTP API lets in who can read the state folder, and puts a pipeline to work that is asked for', async () => {
  const { url, tokenFile, stop } = await host.serveApi(() => ['sample', 'another']);
  const headers = { authorization: `Bearer ${await readFile(tokenFile, 'utf8')}`, 'content-type': 'application/json' };
  expect((await fetch(`${url}/pipelines`)).status).toBe(401);
  expect((await fetch(`${url}/pipelines`, { headers: { authorization: `${headers.authorization}x` } })).status).toBe(
    401,
  );
  const { status } = await fetch(`${url}/pipelines/another/runs`, {
    method: 'POST',
    headers,
    body: '{"id":"by-http"}',
  });
  expect(status).toBe(202);
  await vi.waitFor(() => expect(JSON.stringify(calls.all)).toContain('by-http'));
  expect((await fetch(`${url}/pipelines/third/runs`, { headers })).status).toBe(404);
  await stop();
});

test('a queue that is paused is left alone until it is resumed, and the others are not', async () => {
  const { resources, pause, resume } = host.first;
  await pause('work');
  await send(resources.work, 'paused');
  await send(resources.aggregate, 'beside it');
  expect(await calledWith('beside it')).toEqual(['aggregator: beside it']);
  expect(taken('paused')).toBe(false);
  resume('work');
  expect(await calledWith('paused')).toEqual(['forwarder: paused']);
});

test('a function of the platform is there once, and the events of all pipelines are on one bus', async () => {
  const { pipeline: other } = await host.use({ ...sample('third'), ...USERS });
  const ask = async (run: string) =>
    (await fetch(`${host.functionsUrl}/platform/callback/callback/${run}`, { method: 'POST' })).status;
  expect(await Promise.all([ask('sample.none'), ask('third.none')])).toEqual([410, 410]);
  for (const { resources } of [host.first, other]) {
    const bus = busEvents({ region: LOCAL_REGION, bus: resources.events });
    const run = resources.work;
    await bus.runEnded({ pipeline: 'p', run, status: 'succeeded', total: 1, failed: 0, summary: 's' });
  }
  const kept = (await readFile(join(stateDir, 'events.jsonl'), 'utf8')).trimEnd().split('\n');
  expect(kept.map((line) => JSON.parse(line).detail.run)).toEqual([host.first.resources.work, other.resources.work]);
});

test('a second host of the folder is refused; the first one leaves no process and no variable behind', async () => {
  await expect(startRecorded(stateDir, calls)).rejects.toThrow(StateBusyError);
  const { pids } = host;
  expect(pids.map(isAlive)).toEqual([true, true, true]);
  await host.stop();
  expect(pids.map(isAlive)).toEqual([false, false, false]);
  expect(process.env).toEqual(before);
});
