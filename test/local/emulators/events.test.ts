import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { EventBridgeClient, ListRulesCommand, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventSink } from '../../../local/emulators/events.ts';
import { type Listening, listenLocally } from '../../../local/loopback.ts';
import { temporaryDirectory } from '../support.ts';

let directory: string;
let listening: Listening;
let client: EventBridgeClient;
beforeAll(async () => {
  directory = await temporaryDirectory();
  listening = await listenLocally(eventSink(join(directory, 'events.jsonl')));
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  client = new EventBridgeClient({ endpoint: listening.url, region: 'us-east-1', credentials, maxAttempts: 1 });
});
afterAll(async () => {
  client.destroy();
  await listening.stop();
  await rm(directory, { recursive: true });
});

const entry = (Detail: string) => ({ EventBusName: 'bus', Source: 'microprocess', DetailType: 'Run Ended', Detail });

test('keeps each event as a rule would get it, and says which of them is none', async () => {
  const { FailedEntryCount, Entries } = await client.send(
    new PutEventsCommand({ Entries: [entry('{"run":"a"}'), entry('{'), entry('"text"'), entry('{"run":"b"}')] }),
  );
  expect(FailedEntryCount).toBe(2);
  const malformed = { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
  const accepted = { EventId: expect.stringMatching(/^[0-9a-f-]{36}$/) };
  expect(Entries).toEqual([accepted, malformed, malformed, accepted]);
  const lines = (await readFile(join(directory, 'events.jsonl'), 'utf8')).trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { id: Entries?.[0]?.EventId, source: 'microprocess', 'detail-type': 'Run Ended', bus: 'bus', detail: { run: 'a' } },
    { id: Entries?.[3]?.EventId, detail: { run: 'b' } },
  ]);
});

test.each([
  ['no entries', new PutEventsCommand({ Entries: [] }), 'ValidationException'],
  ['more than ten', new PutEventsCommand({ Entries: Array(11).fill(entry('{}')) }), 'ValidationException'],
  ['no source', new PutEventsCommand({ Entries: [{ ...entry('{}'), Source: '' }] }), 'ValidationException'],
])('refuses %s', async (_, command, name) => {
  await expect(client.send(command)).rejects.toMatchObject({ name });
});

test('refuses every other operation', async () => {
  await expect(client.send(new ListRulesCommand({}))).rejects.toMatchObject({ name: 'UnknownOperationException' });
});
