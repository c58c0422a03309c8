import { createServer, type IncomingMessage } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { httpNotifier } from '../../../../shared/adapters/channels/http-notifier.ts';
import { Secrets } from '../../../../shared/adapters/endpoints/secrets.ts';
import type { Channel } from '../../../../shared/author/channels.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

interface Got {
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A channel that answers so, the last for good; keeps what it got. */
async function listening(...answers: readonly [status: number, headers?: Record<string, string>][]) {
  const got: Got[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => {
      body += part;
    });
    request.on('end', () => {
      const [status, headers] = answers[Math.min(got.length, answers.length - 1)] ?? [200];
      got.push({ headers: request.headers, body });
      response.writeHead(status, headers).end('said');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => server.close());
  const address = server.address();
  return { url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/hook`, got };
}

const NOTICE = { key: 'scores.march.ended', json: { runId: 'march' }, slack: '*done*' };
const SECRETS: Readonly<Record<string, string>> = { key: 'whsec_c2VjcmV0', token: 't0ken' };

function notifier(slackUrl = '') {
  const pauses: number[] = [];
  const secrets = new Secrets(async (name) => {
    const value = name === 'slack' ? slackUrl : SECRETS[name];
    if (value === undefined) throw new Error(`The secret ${name} is in no variable SECRET.`);
    return value;
  });
  const pause = async (ms: number) => void pauses.push(ms);
  return { ...httpNotifier({ secrets, pause, allowHttp: true }), pauses };
}

const webhook = (url: string, over: Partial<Extract<Channel, { type: 'webhook' }>> = {}): Channel => ({
  ...{ type: 'webhook', name: 'webhook', on: 'end', url },
  ...over,
});
const SLACK: Channel = { type: 'slack', name: 'slack', on: 'end', secret: 'slack' };

test("Slack gets the text at its secret's URL; a webhook gets JSON, its key, what lets it in and a signature", async () => {
  const { url, got } = await listening([200]);
  expect(await notifier(url).tell(SLACK, NOTICE)).toEqual({ outcome: 'told', detail: 'HTTP 200' });
  const signed = webhook(url, { auth: { type: 'bearer', secret: 'token' }, hmac: { secret: 'key' } });
  expect(await notifier().tell(signed, NOTICE)).toEqual({ outcome: 'told', detail: 'HTTP 200' });
  expect(got.map(({ body }) => JSON.parse(body))).toEqual([{ text: '*done*' }, { runId: 'march' }]);
  expect(got[1]?.headers).toMatchObject({
    'content-type': 'application/json',
    'idempotency-key': NOTICE.key,
    authorization: 'Bearer t0ken',
    'webhook-id': NOTICE.key,
    'webhook-signature': expect.stringMatching(/^v1,/),
  });
});

test.each([
  { answers: [[503], [500], [200]], pauses: [1_000, 5_000], detail: 'HTTP 200' },
  { answers: [[429, { 'retry-after': '7' }], [200]], pauses: [7_000], detail: 'HTTP 200' },
  { answers: [[429, { 'retry-after': '60' }], [200]], pauses: [], detail: 'HTTP 429' },
  { answers: [[500]], pauses: [1_000, 5_000], detail: 'HTTP 500' },
  { answers: [[404], [200]], pauses: [], detail: 'HTTP 404' },
  { answers: [[302, { location: 'http://127.0.0.1:1/' }], [200]], pauses: [], detail: 'HTTP 302' },
] satisfies { answers: [number, Record<string, string>?][]; pauses: number[]; detail: string }[])(
  'a channel that answers $answers ends as $detail after pauses of $pauses',
  async ({ answers, pauses, detail }) => {
    const { url } = await listening(...answers);
    const told = notifier();
    expect(await told.tell(webhook(url), NOTICE)).toEqual({
      outcome: detail === 'HTTP 200' ? 'told' : 'failed',
      detail,
    });
    expect(told.pauses).toEqual(pauses);
  },
);

test.each([
  { slack: 'http://127.0.0.1:4/T0/SECRET', detail: 'ECONNREFUSED' },
  { slack: 'no url at all SECRET', detail: 'its secret is no URL' },
])('what it says of a secret that leads nowhere holds nothing of it: $detail', async ({ slack, detail }) => {
  expect(await notifier(slack).tell(SLACK, NOTICE)).toEqual({ outcome: 'failed', detail });
});

test('a secret that is not there is named; an address without TLS is not called', async () => {
  const missing = webhook('https://127.0.0.1:1', { auth: { type: 'bearer', secret: 'none' } });
  expect((await notifier().tell(missing, NOTICE)).detail).toBe('The secret none is in no variable SECRET.');
  const strict = httpNotifier({ secrets: new Secrets(async () => 'http://127.0.0.1:1/') });
  expect((await strict.tell(SLACK, NOTICE)).detail).toBe('its URL is not https');
});
