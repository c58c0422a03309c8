import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { SQSEvent } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { LocalFunction } from '../../local/local-function.ts';
import { sqsSource } from '../../local/sqs-source.ts';
import { EventSource, type EventSourceOptions } from '../../shared/host/event-source.ts';
import { type Emulated, startEmulated } from '../contracts/emulated.ts';
import { Events, gate } from './support.ts';

// Processes start here: a busy machine takes its time.
vi.setConfig({ testTimeout: 20_000, hookTimeout: 20_000 });

let emulated: Emulated;
let client: SQSClient;
/** A client of its own for the mappings, whose long polls hold connections. */
let pollers: SQSClient;
const sources = new Set<EventSource>();

beforeAll(async () => {
  emulated = await startEmulated();
  client = emulated.sqs;
  pollers = new SQSClient(emulated.sqsOptions);
});
afterAll(async () => {
  await Promise.all([...sources].map((source) => source.stop(0)));
  pollers.destroy();
  await emulated.stop();
});

let queues = 0;
async function queue(attributes: Record<string, string> = { VisibilityTimeout: '1' }) {
  const name = `queue-${queues++}`;
  await client.send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }));
  return {
    url: `${emulated.awsUrl}/000000000000/${name}`,
    arn: `arn:aws:sqs:us-east-1:000000000000:${name}`,
  };
}

interface MappingOptions
  extends Partial<EventSourceOptions['mapping']>,
    Pick<Partial<EventSourceOptions>, 'maxPayloadBytes'> {
  readonly warnings?: Events<string>;
}

function map(
  { url, arn }: { url: string; arn: string },
  invoke: EventSourceOptions['invoke'],
  { warnings, maxPayloadBytes, ...mapping }: MappingOptions = {},
): EventSource {
  const logger = { warn: (text: string) => warnings?.add(text), error: () => {} };
  const source = new EventSource({
    queue: sqsSource({ client: pollers, queueUrl: url, queueArn: arn, logger }),
    mapping: { batchSize: 10, windowSeconds: 0, maxConcurrency: 2, ...mapping },
    invoke,
    warn: logger.warn,
    maxPayloadBytes,
  });
  sources.add(source);
  return source;
}

const send = (url: string, ...bodies: string[]) =>
  client.send(
    new SendMessageBatchCommand({
      QueueUrl: url,
      Entries: bodies.map((MessageBody, index) => ({ Id: String(index), MessageBody })),
    }),
  );

/** Messages in a queue, whether visible or not. */
async function depth(url: string): Promise<number> {
  const { Attributes } = await client.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] }));
  return Number(Attributes?.ApproximateNumberOfMessages) + Number(Attributes?.ApproximateNumberOfMessagesNotVisible);
}

const drained = (url: string) =>
  vi.waitFor(async () => expect(await depth(url)).toBe(0), { interval: 10, timeout: 15_000 });
const bodies = (event: SQSEvent) => event.Records.map(({ body }) => body);
const idOf = (event: SQSEvent, body: string) => event.Records.find((record) => record.body === body)?.messageId;

describe.concurrent('what of a batch comes back', () => {
  const all = ['a', 'b', 'c'];
  const cases: [title: string, answer: (event: SQSEvent) => unknown, again: string[]][] = [
    ['nothing returned', () => undefined, []],
    ['null', () => null, []],
    ['an empty answer', () => ({}), []],
    ['an empty list', () => ({ batchItemFailures: [] }), []],
    ['a null list', () => ({ batchItemFailures: null }), []],
    ['one failed', (event) => ({ batchItemFailures: [{ itemIdentifier: idOf(event, 'b') }] }), ['b']],
    [
      'one failed, listed twice',
      (event) => ({ batchItemFailures: [{ itemIdentifier: idOf(event, 'c') }, { itemIdentifier: idOf(event, 'c') }] }),
      ['c'],
    ],
    [
      'all failed',
      (event) => ({ batchItemFailures: event.Records.map((r) => ({ itemIdentifier: r.messageId })) }),
      all,
    ],
    [
      'an unknown identifier beside a good one',
      (event) => ({ batchItemFailures: [{ itemIdentifier: idOf(event, 'b') }, { itemIdentifier: 'unknown' }] }),
      all,
    ],
    ['an empty identifier', () => ({ batchItemFailures: [{ itemIdentifier: '' }] }), all],
    ['a null identifier', () => ({ batchItemFailures: [{ itemIdentifier: null }] }), all],
    ['a misspelt key', (event) => ({ batchItemFailures: [{ itemId: idOf(event, 'b') }] }), all],
    ['a list that is none', () => ({ batchItemFailures: 'b' }), all],
    ['a text', () => 'done', all],
    ['an error', () => Promise.reject(new Error('broken')), all],
  ];

  /** Sends a batch, answers its first delivery so and all others well; gives all deliveries once the queue is empty. */
  async function deliveries(answer: (event: SQSEvent) => unknown): Promise<readonly SQSEvent[]> {
    const { url, arn } = await queue();
    const calls = new Events<SQSEvent>();
    map({ url, arn }, async (event) => {
      calls.add(event);
      return calls.all.length === 1 ? answer(event) : undefined;
    });
    await send(url, ...all);
    await calls.atLeast(1);
    await drained(url);
    return calls.all;
  }

  // At once: together they wait out one visibility time-out.
  let made: Map<string, Promise<readonly SQSEvent[]>>;
  beforeAll(() => {
    made = new Map(cases.map(([title, answer]) => [title, deliveries(answer)]));
    // Reported by the case that awaits it, however much later that is.
    for (const delivered of made.values()) delivered.catch(() => {});
  });

  it.each(cases)('%s', async (title, _, again) => {
    const [first, ...later] = (await made.get(title)) ?? [];
    expect(first && bodies(first)).toEqual(all);
    expect(later.flatMap(bodies).sort()).toEqual(again);
    for (const { attributes } of later.flatMap(({ Records }) => Records)) {
      expect(attributes.ApproximateReceiveCount).toBe('2');
    }
  });

  it.concurrent('the batch of an invocation past its time-out', async () => {
    const { url, arn } = await queue();
    const cold: number[] = [];
    const calls = new Events<number>();
    const slow = new LocalFunction({
      name: 'forwarder',
      wiring: { timeoutSeconds: 0.1, memoryMB: 128 },
      create: () => {
        const environment = cold.push(cold.length);
        return async () => {
          calls.add(environment);
          if (calls.all.length === 1) await new Promise(() => {});
        };
      },
    });
    const warnings = new Events<string>();
    map({ url, arn }, (event) => slow.invoke(event), { warnings });
    await send(url, 'a');
    await calls.atLeast(2);
    expect(calls.all).toEqual([1, 2]);
    expect(warnings.all.join()).toMatch(/Task timed out after 0\.1 seconds/);
    await drained(url);
  });
});

it.concurrent('a record looks as on Lambda', async () => {
  const { url, arn } = await queue();
  const calls = new Events<SQSEvent>();
  map({ url, arn }, async (event) => calls.add(event));
  const MessageAttributes = { kind: { DataType: 'String', StringValue: 'test' } };
  const sent = await client.send(new SendMessageCommand({ QueueUrl: url, MessageBody: 'a', MessageAttributes }));
  const [event] = await calls.atLeast(1);
  expect(event).toEqual({
    Records: [
      {
        messageId: sent.MessageId,
        receiptHandle: expect.stringMatching(/./),
        body: 'a',
        md5OfBody: sent.MD5OfMessageBody,
        attributes: expect.objectContaining({
          ApproximateReceiveCount: '1',
          SentTimestamp: expect.stringMatching(/^\d{13}$/),
          ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
        }),
        messageAttributes: {
          kind: { dataType: 'String', stringValue: 'test', stringListValues: [], binaryListValues: [] },
        },
        eventSource: 'aws:sqs',
        eventSourceARN: arn,
        awsRegion: 'us-east-1',
      },
    ],
  });
});

describe.concurrent('limits', () => {
  it.concurrent('no more invocations at once than the mapping allows, each in an environment of its own', async () => {
    const { url, arn } = await queue({ VisibilityTimeout: '30' });
    const bodiesSent = Array.from({ length: 20 }, (_, index) => `m${index}`);
    await send(url, ...bodiesSent.slice(0, 10));
    await send(url, ...bodiesSent.slice(10));
    const { opened, open } = gate();
    let busy = 0;
    let most = 0;
    let environments = 0;
    const calls = new Events<string>();
    const fn = new LocalFunction({
      name: 'aggregator',
      wiring: { timeoutSeconds: 10, memoryMB: 128 },
      create: () => {
        environments += 1;
        let inUse = false;
        return async (event) => {
          expect(inUse).toBe(false);
          inUse = true;
          most = Math.max(most, ++busy);
          calls.add(JSON.stringify(event));
          await opened;
          busy -= 1;
          inUse = false;
        };
      },
    });
    map({ url, arn }, (event) => fn.invoke(event), { batchSize: 1, maxConcurrency: 3 });
    await calls.atLeast(3);
    open();
    await drained(url);
    expect(calls.all).toHaveLength(20);
    expect({ most, environments }).toEqual({ most: 3, environments: 3 });
  });

  it.concurrent('asks the queue only for what can start at once', async () => {
    const { url, arn } = await queue({ VisibilityTimeout: '30' });
    await send(url, 'a', 'b', 'c', 'd');
    const { opened, open } = gate();
    const calls = new Events<SQSEvent>();
    map(
      { url, arn },
      async (event) => {
        calls.add(event);
        await opened;
      },
      { batchSize: 1, maxConcurrency: 2 },
    );
    await calls.atLeast(2);
    const { Attributes } = await client.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] }));
    expect(Attributes?.ApproximateNumberOfMessages).toBe('2');
    open();
    await drained(url);
  });

  it.concurrent('an invocation gets at most 6 MB of JSON', async () => {
    const { url, arn } = await queue({ VisibilityTimeout: '30' });
    const large = 'x'.repeat(1_040_000);
    await Promise.all(Array.from({ length: 7 }, () => send(url, large)));
    const sizes = new Events<{ records: number; bytes: number }>();
    map({ url, arn }, async (event) => {
      sizes.add({ records: event.Records.length, bytes: Buffer.byteLength(JSON.stringify(event)) });
    });
    await drained(url);
    expect(sizes.all.map(({ records }) => records).sort()).toEqual([1, 6]);
    for (const { bytes } of sizes.all) expect(bytes).toBeLessThanOrEqual(6 * 1_048_576);
  });

  it.concurrent('batches cut by size still hold the concurrency', async () => {
    const { url, arn } = await queue({ VisibilityTimeout: '30' });
    await send(url, ...Array.from({ length: 10 }, (_, index) => `${index}`.padEnd(1_000)));
    let busy = 0;
    let most = 0;
    const calls = new Events<string[]>();
    map(
      { url, arn },
      async (event) => {
        most = Math.max(most, ++busy);
        calls.add(bodies(event));
        await new Promise(setImmediate);
        busy -= 1;
      },
      { maxConcurrency: 2, maxPayloadBytes: 3_500 },
    );
    await drained(url);
    expect(calls.all.every((batch) => batch.length <= 2)).toBe(true);
    expect(calls.all.flat().sort().map(Number)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(most).toBe(2);
  });

  it('refuses what it would not hold', async () => {
    const address = await queue();
    expect(() => map(address, async () => {}, { batchSize: 11 })).toThrow(/batch size 11 .* allow 1 to 10/);
    expect(() => map(address, async () => {}, { windowSeconds: 5 })).toThrow(/window of 5 s/);
  });
});

it.concurrent('a message received too often goes to the dead-letter queue, whose mapping gets it', async () => {
  const dead = await queue();
  const main = await queue({
    VisibilityTimeout: '1',
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 2 }),
  });
  const attempts = new Events<string>();
  const buried = new Events<string[]>();
  map(main, async (event) => {
    attempts.add(event.Records[0]?.attributes.ApproximateReceiveCount ?? '');
    throw new Error('always');
  });
  map(dead, async (event) => buried.add(bodies(event)));
  await send(main.url, 'poison');
  expect(await buried.atLeast(1)).toEqual([['poison']]);
  expect(attempts.all).toEqual(['1', '2']);
  await drained(main.url);
});

it.concurrent('a paused mapping leaves messages in the queue until it is resumed', async () => {
  const { url, arn } = await queue();
  const calls = new Events<string[]>();
  const source = map({ url, arn }, async (event) => calls.add(bodies(event)));
  await source.pause();
  await send(url, 'a');
  const { Messages } = await client.send(
    new ReceiveMessageCommand({ QueueUrl: url, WaitTimeSeconds: 2, VisibilityTimeout: 0 }),
  );
  expect(Messages?.map(({ Body }) => Body)).toEqual(['a']);
  expect(calls.all).toEqual([]);
  source.resume();
  expect(await calls.atLeast(1)).toEqual([['a']]);
});

it.concurrent('stopping calls off the long poll and waits for what runs', async () => {
  const { url, arn } = await queue();
  const { opened, open } = gate();
  const calls = new Events<SQSEvent>();
  const source = map({ url, arn }, async (event) => {
    calls.add(event);
    await opened;
  });
  await send(url, 'a');
  await calls.atLeast(1);
  const stopping = source.stop(10_000);
  open();
  await stopping;
  expect(await depth(url)).toBe(0);

  const idle = map(await queue(), async () => {});
  const started = performance.now();
  await idle.stop(10_000);
  expect(performance.now() - started).toBeLessThan(500);
});

it.concurrent('a queue that cannot be read is reported and tried again', async () => {
  const { url, arn } = await queue();
  const missing = `queue-${queues++}`;
  const there = url.replace(/[^/]*$/, missing);
  const warnings = new Events<string>();
  const calls = new Events<string[]>();
  map({ url: there, arn }, async (event) => calls.add(bodies(event)), { warnings });
  expect((await warnings.atLeast(1))[0]).toContain(there);
  await client.send(new CreateQueueCommand({ QueueName: missing }));
  await send(there, 'a');
  expect(await calls.atLeast(1)).toEqual([['a']]);
});
