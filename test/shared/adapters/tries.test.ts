import { expect, test } from 'vitest';
import { SYSTEM } from '../../../functions/system.ts';
import { busEvents } from '../../../shared/adapters/events/bus-events.ts';
import { sesMailer } from '../../../shared/adapters/ses/ses-mailer.ts';
import { connect, TRY_MS } from '../../../shared/lambda/connect.ts';
import { environmentOf } from '../../../shared/lambda/resources.ts';
import { wiringOf } from '../../../shared/lambda/wiring.ts';
import type { Uses } from '../../../shared/ports/uses.ts';
import { testPipeline } from '../support.ts';
import { json, muteServer } from './mute-server.ts';

const region = 'us-east-1';
/** Ends a try soon, where the default would only be waited for. */
const SOON = 150;
const soon = { dynamodb: SOON, sqs: SOON, s3: SOON };

/** A function's ports, whose queue is at `url`. */
function wired(url: string) {
  const uses = {
    table: { 'P#': ['get'] },
    objects: ['get', 'put'],
    aggregate: 'send',
  } as const satisfies Uses;
  const env = environmentOf(uses, { table: 'test', objects: 'test', aggregate: url });
  return connect(uses, { ...env, AWS_REGION: region }, { pipeline: testPipeline(), tryMs: soon });
}

test('a table that does not answer is asked again', async () => {
  const { url, requests } = await muteServer('DYNAMODB', 2, json({}));
  expect(await wired(url).stores.runs.read('march')).toBeNull();
  expect(requests()).toBe(3);
});

test('a queue that does not answer is sent to again', async () => {
  const { url, requests } = await muteServer('SQS', 2, json({ Successful: [], Failed: [] }));
  const message = { v: 1, type: 'finish', pipeline: 'squares', run: 'march' } as const;
  await wired(url).queues.aggregate.send([{ message }]);
  expect(requests()).toBe(3);
});

test('an object whose store does not answer is put again', async () => {
  const { url, requests } = await muteServer('S3', 2, (response) => void response.end());
  await wired(url).objects.put('key', 'text');
  expect(requests()).toBe(3);
});

test('an object whose bytes stop coming fails', async () => {
  const { url } = await muteServer('S3', 0, (response) => {
    response.writeHead(200, { 'content-length': 1_000 });
    response.write('the first few');
  });
  await expect(wired(url).objects.get('key')).rejects.toMatchObject({ name: 'TimeoutError' });
});

test('a mail whose answer does not come is ambiguous, and never sent again', async () => {
  const { requests } = await muteServer('SESV2', 1, json({ MessageId: 'm-1' }));
  const mail = {
    from: 'report@example.com',
    to: ['a@example.com'],
    raw: new TextEncoder().encode('Subject: x\r\n\r\n'),
  };
  expect(await sesMailer({ region, tryMs: SOON }).send(mail)).toMatchObject({ outcome: 'ambiguous' });
  expect(requests()).toBe(1);
});

test('an event bus that does not answer is told again', async () => {
  const { requests } = await muteServer('EVENTBRIDGE', 1, json({ FailedEntryCount: 0, Entries: [{ EventId: '1' }] }));
  const event = {
    pipeline: 'squares',
    run: 'march',
    status: 'succeeded',
    total: 1,
    failed: 0,
    summary: 'key',
  } as const;
  await busEvents({ region, bus: 'bus', tryMs: SOON }).runEnded(event);
  expect(requests()).toBe(2);
});

test('what takes five tries of a table, and of a queue, still ends within the shortest function', () => {
  const { functions } = wiringOf(
    SYSTEM,
    testPipeline({ endpoint: { service: 'squares', path: '/', timeoutSeconds: 1 } }),
  );
  // The others have neither.
  const withTable = Object.entries(SYSTEM.functions).filter(([, { uses }]) => 'table' in uses);
  const shortest = Math.min(
    ...Object.entries(functions)
      .filter(([name]) => withTable.some(([of]) => of === name))
      .map(([, { timeoutSeconds }]) => timeoutSeconds * 1_000),
  );
  expect(withTable.length).toBeGreaterThan(4);
  expect(5 * (TRY_MS.dynamodb + TRY_MS.sqs)).toBeLessThan(shortest);
});
