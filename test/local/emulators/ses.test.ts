import { once } from 'node:events';
import { readdir, readFile, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { GetAccountCommand, SESv2Client, SendEmailCommand, type SendEmailCommandInput } from '@aws-sdk/client-sesv2';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sesSink } from '../../../local/emulators/ses.ts';
import { temporaryDirectory } from '../support.ts';

/** Stands in for 40 MB. */
const LIMIT = 300_000;

let directory: string;
let server: Server;
let client: SESv2Client;

beforeAll(async () => {
  directory = await temporaryDirectory();
  server = sesSink(join(directory, 'mail'), LIMIT).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  client = new SESv2Client({
    endpoint: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
});
afterAll(async () => {
  client.destroy();
  server.close();
  await rm(directory, { recursive: true });
});

const mail = (over: Partial<SendEmailCommandInput> = {}, data: Uint8Array = Buffer.from('Subject: é\r\n\r\nhi')) =>
  new SendEmailCommand({
    FromEmailAddress: 'reports@example.com',
    Destination: { ToAddresses: ['a@example.com'], BccAddresses: ['b@example.com'] },
    Content: { Raw: { Data: data } },
    ...over,
  });
const recipients = (count: number) => Array.from({ length: count }, (_, index) => `r${index}@example.com`);
const kept = () => readdir(join(directory, 'mail'));

it('keeps an accepted mail byte by byte, and its envelope', async () => {
  const bytes = Buffer.from([...Buffer.from('Subject: é\r\n\r\n'), 0, 255, 13, 10]);
  const { MessageId } = await client.send(mail({ EmailTags: [{ Name: 'run', Value: 'r1' }] }, bytes));
  expect(MessageId).toMatch(/^[0-9a-f-]{36}$/);
  const path = join(directory, 'mail', `${MessageId}`);
  expect(Buffer.compare(await readFile(`${path}.eml`), bytes)).toBe(0);
  expect(JSON.parse(await readFile(`${path}.json`, 'utf8'))).toEqual({
    MessageId,
    FromEmailAddress: 'reports@example.com',
    Destination: { ToAddresses: ['a@example.com'], CcAddresses: [], BccAddresses: ['b@example.com'] },
    EmailTags: [{ Name: 'run', Value: 'r1' }],
    bytes: bytes.length,
    at: expect.stringMatching(/^\d{4}-/),
  });
});

it('takes a message as large as the limit to 50 recipients', async () => {
  const { MessageId } = await client.send(
    mail({ Destination: { ToAddresses: recipients(50) } }, Buffer.alloc(LIMIT, 'x')),
  );
  expect((await readFile(join(directory, 'mail', `${MessageId}.eml`))).length).toBe(LIMIT);
});

const refused: [title: string, command: () => SendEmailCommand, message: RegExp][] = [
  ['no sender', () => mail({ FromEmailAddress: undefined }), /^FromEmailAddress: /],
  ['an empty sender', () => mail({ FromEmailAddress: '' }), /^FromEmailAddress: /],
  ['no recipient', () => mail({ Destination: { ToAddresses: [] } }), /^Destination: must name 1 to 50 recipients/],
  ['51 recipients', () => mail({ Destination: { CcAddresses: recipients(51) } }), /^Destination: must name 1 to 50/],
  ['an empty message', () => mail({}, new Uint8Array()), /^Content\.Raw\.Data: /],
  [
    'content that is not raw',
    () => mail({ Content: { Simple: { Subject: { Data: 's' }, Body: { Text: { Data: 't' } } } } }),
    /^Content\.Raw: /,
  ],
  ['one byte over the limit', () => mail({}, Buffer.alloc(LIMIT + 1)), /more than 300000 bytes long: '300001'/],
  ['far more than the limit', () => mail({}, Buffer.alloc(2 * LIMIT)), /more than 300000 bytes long/],
];

it.each(refused)('refuses %s as SES would', async (_, command, message) => {
  const before = await kept();
  await expect(client.send(command())).rejects.toMatchObject({
    name: 'BadRequestException',
    message: expect.stringMatching(message),
    $metadata: { httpStatusCode: 400 },
  });
  expect(await kept()).toEqual(before);
});

it('refuses what is not base64', async () => {
  const endpoint = await client.config.endpoint?.();
  const response = await fetch(`http://127.0.0.1:${endpoint?.port}/v2/email/outbound-emails`, {
    method: 'POST',
    body: JSON.stringify({
      FromEmailAddress: 'reports@example.com',
      Destination: { ToAddresses: ['a@example.com'] },
      Content: { Raw: { Data: 'not*base64!' } },
    }),
  });
  expect([response.status, response.headers.get('x-amzn-errortype')]).toEqual([400, 'BadRequestException']);
});

it('refuses other operations', async () => {
  await expect(client.send(new GetAccountCommand({}))).rejects.toMatchObject({
    name: 'NotFoundException',
    message: 'The mail sink holds SendEmail only; received GET /v2/email/account.',
  });
});
