import { expect, test } from 'vitest';
import { type AggregateMessage, aggregateMessage } from '../../../shared/domain/messages.ts';
import { NewerVersionError } from '../../../shared/domain/versions.ts';
import { RetryLater } from '../../../shared/lambda/retry-later.ts';
import { handleBatch, oneByOne, type Received, sqsEvent } from '../../../shared/lambda/sqs.ts';
import { context, entry, NOW, type TestDeps, testDeps } from '../support.ts';

const finish = (run: string): AggregateMessage => ({ v: 1, pipeline: 'squares', run, type: 'finish' });

/** Handles a batch; `fails` says with what a run's message fails. */
async function batch(deps: TestDeps, entries: ReturnType<typeof entry>[], fails: Record<string, unknown> = {}) {
  const handled: Received<AggregateMessage>[] = [];
  const response = await handleBatch(
    deps,
    {
      schema: aggregateMessage,
      queue: deps.queues.aggregate,
      handle: oneByOne(async (received) => {
        const error = fails[received.message.run];
        if (error !== undefined) throw error;
        handled.push(received);
      }),
    },
    { Records: entries },
    context(),
  );
  return { handled, failed: response.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier) };
}

test('what fails comes back by itself; the rest of the batch is handled', async () => {
  const deps = testDeps();
  const entries = ['a', 'b', 'c'].map((run) => entry(`m-${run}`, finish(run)));
  const { handled, failed } = await batch(deps, entries, { b: new Error('The table is gone.') });
  expect(handled.map(({ message, receives }) => [message.run, receives])).toEqual([
    ['a', 1],
    ['c', 1],
  ]);
  expect(failed).toEqual(['m-b']);
  expect(deps.queues.aggregate.putBack.map(({ receiptHandle }) => receiptHandle)).toEqual(['handle-m-b']);
  expect(deps.lines).toMatchObject([{ level: 'error', fields: { messageId: 'm-b', receives: 1 } }]);
  expect(JSON.stringify(deps.lines)).toContain('The table is gone.');
  expect(deps.counted.get('MessagesFailed')).toBe(1);
});

test('the wait before the next delivery grows with each, up to five minutes', async () => {
  const deps = testDeps();
  for (const receives of [1, 2, 5, 9, 20]) {
    await batch(deps, [entry('m', finish('a'), receives)], { a: new Error('no') });
  }
  const waits = deps.queues.aggregate.putBack.map(({ seconds }) => seconds);
  for (const [i, longest] of [2, 4, 32, 300, 300].entries()) {
    expect(waits[i]).toBeGreaterThanOrEqual(longest / 2);
    expect(waits[i]).toBeLessThanOrEqual(longest);
  }
});

test('a message that asks to come back later does so after exactly that, and is no error', async () => {
  const deps = testDeps();
  const { failed } = await batch(deps, [entry('m', finish('a'), 4)], { a: new RetryLater(61.5) });
  expect(failed).toEqual(['m']);
  expect(deps.queues.aggregate.putBack).toEqual([{ receiptHandle: 'handle-m', seconds: 61.5 }]);
  expect(deps.lines).toEqual([]);
  expect(deps.counted.get('MessagesFailed')).toBeUndefined();
});

test.each([
  ['sent', { ...finish('a'), v: 3, type: 'finish-all', more: 1 }, undefined],
  ['stored', finish('a'), new NewerVersionError('A page of version 3')],
])('what a newer release %s is left to come back, with a growing wait, and is no failure', async (_, body, error) => {
  const deps = testDeps();
  for (const receives of [1, 5, 10, 199]) {
    const { handled, failed } = await batch(deps, [entry('m', body, receives)], { a: error });
    expect([handled, failed]).toEqual([[], ['m']]);
  }
  const waits = deps.queues.aggregate.putBack.map(({ seconds }) => seconds);
  for (const [i, longest] of [2, 32, 900, 900].entries()) {
    expect(waits[i]).toBeGreaterThanOrEqual(longest / 2);
    expect(waits[i]).toBeLessThanOrEqual(longest);
  }
  expect(await deps.stores.refusals.list(1)).toEqual([]);
  expect(deps.lines.map(({ level }) => level)).toEqual(['warn', 'warn', 'warn', 'warn']);
  expect([...deps.counted]).toEqual([]);
});

test('a queue that does not take the wait changes nothing: the message comes back after its time-out', async () => {
  const deps = testDeps();
  deps.queues.aggregate.retryIn = async () => {
    throw new Error('throttled');
  };
  expect((await batch(deps, [entry('m', finish('a'))], { a: new RetryLater(1) })).failed).toEqual(['m']);
});

test.each([
  ['not JSON', 'hello, my card is 4111 1111', 'not-json'],
  ['JSON that is no message', { v: 1, pipeline: 'squares', type: 'finish' }, 'not-a-message'],
  ['an older version than any', { ...finish('a'), v: 0 }, 'not-a-message'],
  ['a newer message of another pipeline', { v: 3, pipeline: 'cubes' }, 'not-a-message'],
  ["another pipeline's message", { ...finish('a'), pipeline: 'cubes' }, 'other-pipeline'],
])('%s is recorded with its reason and deleted; its neighbour is handled', async (_, body, reason) => {
  const deps = testDeps();
  const { handled, failed } = await batch(deps, [entry('bad', body), entry('good', finish('b'))]);
  expect(handled.map(({ messageId }) => messageId)).toEqual(['good']);
  expect(failed).toEqual([]);
  expect(await deps.stores.refusals.list(10)).toEqual([
    {
      messageId: 'bad',
      queue: 'squares-work',
      reason,
      detail: expect.any(String),
      excerpt: expect.stringMatching(typeof body === 'string' ? 'characters' : body.pipeline),
      at: NOW,
    },
  ]);
  expect(deps.counted.get('MessagesRefused')).toBe(1);
});

test('the log says what was refused and why, and quotes nothing of it', async () => {
  const deps = testDeps();
  await batch(deps, [entry('bad', 'hello, my card is 4111 1111')]);
  expect(deps.lines).toMatchObject([{ level: 'error', fields: { messageId: 'bad', reason: 'not-json' } }]);
  expect(JSON.stringify(deps.lines)).not.toMatch(/4111|hello/);
});

const item = { abn: '4111' };
const work = { v: 0, type: 'work', pipeline: 'squares', run: 'march~2', at: [0, 12, 3], slot: 64 };
const whole = JSON.stringify({ ...work, items: [item, '4111'] });

test.each([
  ['its items', whole, { ...work, items: 2 }],
  ['all of a message that is cut off', whole.slice(0, -2), `${whole.length - 2} characters that are not JSON.`],
  ['a bare list', JSON.stringify([item, item]), 'A list of 2, 31 characters of JSON.'],
  ['JSON in JSON', JSON.stringify(whole), expect.stringMatching(/^JSON of type string, \d+ characters\.$/)],
  [
    'fields that no message has',
    JSON.stringify({ v: 2, '4111': 1, body: item }),
    { v: 2, leftOut: '2 of its fields, 18 characters' },
  ],
  [
    'what stands in a known field',
    JSON.stringify({ run: 'card 4111', at: [item] }),
    { leftOut: '2 of its fields, 30 characters' },
  ],
])('of a refused message everything that may be an item is left out: %s', async (_, body, kept) => {
  const deps = testDeps();
  await batch(deps, [entry('bad', body)]);
  const excerpt = (await deps.stores.refusals.list(1))[0]?.excerpt ?? '';
  expect(excerpt.startsWith('{') ? JSON.parse(excerpt) : excerpt).toEqual(kept);
  expect(JSON.stringify(await deps.stores.refusals.list(1))).not.toContain('4111');
});

test('a message that could not be recorded is not lost: it comes back', async () => {
  const deps = testDeps();
  deps.stores.refusals.record = async () => {
    throw new Error('The table is gone.');
  };
  const { handled, failed } = await batch(deps, [entry('bad', '{'), entry('good', finish('b'))]);
  expect(failed).toEqual(['bad']);
  expect(handled.map(({ messageId }) => messageId)).toEqual(['good']);
});

test('the handler is told when its invocation ends, and is not called for nothing', async () => {
  const deps = testDeps();
  const told: unknown[] = [];
  const options = {
    schema: aggregateMessage,
    queue: deps.queues.aggregate,
    async handle(received: readonly Received<AggregateMessage>[], invocation: unknown) {
      told.push([received.length, invocation]);
      return new Map();
    },
  };
  await handleBatch(deps, options, { Records: [entry('bad', '{')] }, context('i-1', 5_000));
  await handleBatch(deps, options, { Records: [] }, context('i-2', 5_000));
  expect(told).toEqual([]);
  await handleBatch(deps, options, { Records: [entry('m', finish('a'), 3)] }, context('i-3', 5_000));
  expect(told).toEqual([[1, { id: 'i-3', deadline: NOW + 5_000 }]]);
});

test('an event as Lambda sends it is read, its receives as a number', () => {
  const record = {
    ...entry('m', finish('a')),
    attributes: { ApproximateReceiveCount: '7', SentTimestamp: '1' },
    md5OfBody: '',
  };
  expect(sqsEvent.parse({ Records: [record] }).Records[0]?.attributes.ApproximateReceiveCount).toBe(7);
  expect(sqsEvent.safeParse({ Records: [{ body: '{}' }] }).success).toBe(false);
});
