import { once } from 'node:events';
import { createServer, request, type ServerResponse } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Guests } from '../../local/guests.ts';
import { type Listening, listenLocally } from '../../local/loopback.ts';

let server: Listening;
let connections: Promise<ServerResponse>;
beforeEach(async () => {
  const http = createServer();
  connections = once(http, 'request').then(([, response]) => response);
  server = await listenLocally(http);
});
afterEach(() => server.stop());

/** A terminal's connection, and the way to cut it off. */
async function connected() {
  const sent = request(server.url).on('error', () => undefined);
  sent.end();
  return { connection: await connections, cut: () => void sent.destroy() };
}

test('a terminal is a guest until its connection ends', async () => {
  const guests = new Guests();
  const { connection, cut } = await connected();
  guests.admit('scores', connection);
  expect(guests).toMatchObject({ count: 1, pipelines: ['scores'] });
  cut();
  await guests.gone();
  expect(guests.count).toBe(0);
});

test('one that left before it was admitted is waited for by nobody', async () => {
  const guests = new Guests();
  const { connection, cut } = await connected();
  const closed = once(connection, 'close');
  cut();
  await closed;
  guests.admit('scores', connection);
  await guests.gone();
});
