import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { hadNoConnection } from '../../../../shared/adapters/ses/not-taken.ts';
import { sesMailer } from '../../../../shared/adapters/ses/ses-mailer.ts';

const MAIL = { from: 'report@example.com', to: ['a@example.com'], raw: new TextEncoder().encode('Subject: x\r\n\r\n') };
const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
  vi.unstubAllEnvs();
});

/** An SES that gives these answers, the last one for good; counts its requests. */
async function ses(...answers: readonly { status: number; type?: string }[]) {
  let requests = 0;
  const used = new Set<Socket>();
  const server = createServer((request, response) => {
    // As a connection that died while its function was frozen: nobody answers on it a second time.
    if (used.has(request.socket)) {
      request.socket.destroy();
      return;
    }
    used.add(request.socket);
    request.resume();
    request.on('end', () => {
      const { status, type } = answers[Math.min(requests, answers.length - 1)] ?? { status: 200 };
      requests++;
      response.writeHead(status, { 'content-type': 'application/json', ...(type && { 'x-amzn-errortype': type }) });
      response.end(JSON.stringify(status === 200 ? { MessageId: 'm-1' } : { message: 'no' }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => server.close());
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  vi.stubEnv('AWS_ENDPOINT_URL_SESV2', `http://127.0.0.1:${port}`);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  return { requests: () => requests };
}

const throttled = { status: 429, type: 'TooManyRequestsException' };

test('a mail that was throttled is sent again: SES took nothing', async () => {
  const { requests } = await ses(throttled, throttled, { status: 200 });
  const mailer = sesMailer({ region: 'us-east-1', pause: async () => undefined });
  expect(await mailer.send(MAIL)).toEqual({ outcome: 'sent', messageId: 'm-1' });
  expect(requests()).toBe(3);
});

test('any other answer is final, and a lost one ambiguous: one request each', async () => {
  const refusing = await ses({ status: 400, type: 'MessageRejected' });
  expect(await sesMailer({ region: 'us-east-1' }).send(MAIL)).toMatchObject({ outcome: 'refused' });
  expect(refusing.requests()).toBe(1);
  const broken = await ses({ status: 500, type: 'InternalFailure' });
  expect(await sesMailer({ region: 'us-east-1' }).send(MAIL)).toMatchObject({ outcome: 'ambiguous' });
  expect(broken.requests()).toBe(1);
});

test('no mail is sent over a connection of the one before, which may have died meanwhile', async () => {
  const { requests } = await ses({ status: 200 });
  const mailer = sesMailer({ region: 'us-east-1' });
  expect(await mailer.send(MAIL)).toMatchObject({ outcome: 'sent' });
  expect(await mailer.send(MAIL)).toMatchObject({ outcome: 'sent' });
  expect(requests()).toBe(2);
});

test('a mail that reached nobody is sent again, and after several tries it is surely not out', async () => {
  const gone = createServer();
  const port = await new Promise<number>((resolve) =>
    gone.listen(0, '127.0.0.1', () => {
      const address = gone.address();
      resolve(typeof address === 'object' ? (address?.port ?? 0) : 0);
    }),
  );
  await new Promise((resolve) => gone.close(resolve));
  const refusing = `http://127.0.0.1:${port}`;
  await ses();
  vi.stubEnv('AWS_ENDPOINT_URL_SESV2', refusing);
  const pauses: number[] = [];
  const never = sesMailer({ region: 'us-east-1', pause: async (attempt) => void pauses.push(attempt) });
  expect(await never.send(MAIL)).toEqual({ outcome: 'refused', detail: expect.stringContaining('ECONNREFUSED') });
  expect(pauses).toEqual([1, 2, 3, 4]);
  // It comes back before the third try.
  const back = createServer((_, response) =>
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ MessageId: 'm-1' })),
  );
  closing.push(() => back.close());
  const mailer = sesMailer({
    region: 'us-east-1',
    pause: (attempt) => new Promise((resolve) => (attempt === 2 ? back.listen(port, '127.0.0.1', resolve) : resolve())),
  });
  expect(await mailer.send(MAIL)).toEqual({ outcome: 'sent', messageId: 'm-1' });
});

test.each([
  ['a name that nobody knows', { syscall: 'getaddrinfo', code: 'ENOTFOUND' }, true],
  ['a host that is not reached', { syscall: 'connect', code: 'EHOSTUNREACH' }, true],
  ['a certificate of somebody else', { code: 'ERR_TLS_CERT_ALTNAME_INVALID' }, true],
  [
    'a handshake cut off',
    { code: 'ECONNRESET', message: 'Client network socket disconnected before secure TLS connection was established' },
    true,
  ],
  ['a connection cut off', { syscall: 'read', code: 'ECONNRESET' }, false],
  ['an answer that does not come', { name: 'TimeoutError' }, false],
])('%s: whether the mail is surely not out', (_, properties, sure) => {
  expect(hadNoConnection(Object.assign(new Error('no'), properties))).toBe(sure);
  const both = [Object.assign(new Error('no'), properties), Object.assign(new Error('no'), { syscall: 'connect' })];
  expect(hadNoConnection(new AggregateError(both))).toBe(sure);
});
