import { rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findHolder, StateBusyError } from '../../local/host-file.ts';
import { type Listening, listenLocally } from '../../local/loopback.ts';
import { temporaryDirectory } from './support.ts';

let dir: string;
let server: Listening | undefined;
beforeEach(async () => {
  dir = await temporaryDirectory();
});
afterEach(async () => {
  await server?.stop();
  server = undefined;
  await rm(dir, { recursive: true });
});

/** A file that says that a process is reached at a server. */
async function reachedAt(answer: RequestListener): Promise<void> {
  server = await listenLocally(createServer(answer));
  const file = { pid: 7, kind: 'host', startedAt: 0, admin: { url: server.url, token: 't' }, emulators: null };
  await writeFile(join(dir, 'host.json'), JSON.stringify(file));
}

test('a process that answers lives, and says what it works on', async () => {
  await reachedAt((_, response) => response.end('{"pipelines":["scores"]}'));
  expect(await findHolder(dir)).toMatchObject({ pid: 7, pipelines: ['scores'] });
});

test('another server at the dead one’s port is no proof of its life', async () => {
  await reachedAt((_, response) => response.end('{}'));
  expect(await findHolder(dir)).toBeNull();
});

test('a process that could not be asked lives, and what it works on is not known', async () => {
  await reachedAt((request) => request.socket.destroy());
  const holder = await findHolder(dir);
  expect(holder).toMatchObject({ pid: 7, pipelines: null });
  expect(new StateBusyError(dir, holder).message).toMatch(/in use by process 7 .* which doesn't answer/);
});

test.each(['', '{', '{"pid":1}', '[]'])('a file that says nothing speaks of nobody: %j', async (text) => {
  await writeFile(join(dir, 'host.json'), text);
  expect(await findHolder(dir)).toBeNull();
});
