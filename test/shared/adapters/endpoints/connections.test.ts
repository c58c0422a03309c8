import { createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { Lookup } from '../../../../shared/adapters/endpoints/connections.ts';
import { calling, pipelineOf, request } from './calling.ts';

const { listeners, answering, callerOf } = calling();
afterEach(() => listeners.close());

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';

/** A service that does this with the n-th request (1 …) of each connection; and how many came over all of them. */
async function doing(what: (socket: Socket, nth: number, connection: number) => void) {
  const seen = { connections: 0, requests: 0 };
  const url = await listeners.listen(
    createServer((socket) => {
      const connection = ++seen.connections;
      let nth = 0;
      socket
        .on('error', () => undefined)
        .on('data', () => {
          seen.requests++;
          what(socket, ++nth, connection);
        });
    }),
  );
  return { url, seen };
}

describe('a kept connection that the service closes under a call', () => {
  test.each(['end', 'resetAndDestroy'] as const)('is called again on a fresh one: %s', async (how) => {
    const { url, seen } = await doing((socket, nth) => void (nth === 1 ? socket.write(OK) : socket[how]()));
    const caller = callerOf(url, { connections: 1 });
    for (const _ of [1, 2, 3]) expect(await caller.call(request())).toMatchObject({ kind: 'answer', body: 'ok' });
    expect(seen.requests).toBeGreaterThan(3);
  });

  test('but a service that dies at work is called no second time', async () => {
    const { url, seen } = await doing((socket, nth) => {
      if (nth === 1) socket.write(OK);
      else setTimeout(() => socket.resetAndDestroy(), 700);
    });
    const caller = callerOf(url, { connections: 1 });
    expect(await caller.call(request())).toMatchObject({ body: 'ok' });
    expect(await caller.call(request())).toMatchObject({ kind: 'failure', reason: 'connection-reset' });
    expect(seen.requests).toBe(2);
  });

  test('and both calls together take no longer than one may', async () => {
    const { url } = await doing((socket, nth, connection) => {
      if (connection > 1) return;
      if (nth === 1) socket.write(OK);
      else setTimeout(() => socket.resetAndDestroy(), 300);
    });
    const caller = callerOf(url, { connections: 1, pipeline: pipelineOf('squares', { timeoutSeconds: 1 }) });
    expect(await caller.call(request())).toMatchObject({ body: 'ok' });
    const result = await caller.call(request());
    expect(result).toMatchObject({ kind: 'failure', reason: 'timeout' });
    // Each with a whole second would take 1.3.
    expect(result.ms).toBeLessThan(1_250);
  });

  test('but a new connection that breaks is a failure', async () => {
    const { url, seen } = await doing((socket) => socket.resetAndDestroy());
    expect(await callerOf(url).call(request())).toMatchObject({ kind: 'failure', reason: 'connection-reset' });
    expect(seen.requests).toBe(1);
  });

  test('and so is an answer that breaks off', async () => {
    const { url, seen } = await doing((socket, nth) => {
      if (nth === 1) socket.write(OK);
      else socket.end('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nok');
    });
    const caller = callerOf(url, { connections: 1 });
    expect(await caller.call(request())).toMatchObject({ body: 'ok' });
    expect(await caller.call(request())).toMatchObject({ kind: 'failure' });
    expect(seen.requests).toBe(2);
  });
});

describe('addresses that a name leads to are looked at as they are connected to', () => {
  /** Names that lead to these addresses, one after the other. */
  const leading =
    (...answers: string[]): Lookup =>
    (_, __, callback) => {
      const address = (answers.length > 1 ? answers.shift() : answers[0]) ?? '';
      callback(null, [{ address, family: address.includes(':') ? 6 : 4 }]);
    };

  test('metadata is never called, also where the name led elsewhere a moment before', async () => {
    const url = await answering((response) => response.setHeader('connection', 'close').end('ok'));
    const { port } = new URL(url);
    const lookup = leading('127.0.0.1', '169.254.169.254');
    const caller = callerOf(`http://service.example:${port}`, { lookup });
    expect(await caller.call(request())).toMatchObject({ kind: 'answer', body: 'ok' });
    expect(await caller.call(request())).toMatchObject({ kind: 'failure', reason: 'address-not-allowed' });
  });

  test.each(['127.0.0.1', '10.0.0.1', '::1', 'fd00::1', '::ffff:10.0.0.1', '0.0.0.0'])(
    'a public endpoint leads to no private address: %s',
    async (address) => {
      const caller = callerOf('http://service.example:1', { mayBePrivate: false, lookup: leading(address) });
      expect(await caller.call(request())).toMatchObject({ kind: 'failure', reason: 'address-not-allowed' });
    },
  );

  test.each(['http://169.254.169.254', 'http://[::ffff:a9fe:a9fe]:80/latest', 'http://0xa9fea9fe'])(
    'an address that is written is looked at too: %s',
    async (url) => {
      expect(await callerOf(url).call(request())).toMatchObject({ kind: 'failure', reason: 'address-not-allowed' });
    },
  );
});
