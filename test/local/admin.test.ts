import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Admin, askAdmin, callAdmin, startAdmin } from '../../local/admin.ts';
import { listenLocally } from '../../local/loopback.ts';

let admin: Admin;
let done: string[];
beforeEach(async () => {
  done = [];
  admin = await startAdmin();
});
afterEach(() => admin.stop());

function serve(): void {
  admin.serve({
    pipelines: () => ['scores'],
    async pause(pipeline) {
      done.push(`pause ${pipeline}`);
      return pipeline === 'scores';
    },
    resume(pipeline) {
      done.push(`resume ${pipeline}`);
      return pipeline === 'scores';
    },
    join: async (_, connection) => void connection.end(),
  });
}

test('it says that it lives, and what it works on, to those who know its token', async () => {
  const { address } = admin;
  expect(await askAdmin(address)).toEqual([]);
  serve();
  expect(await askAdmin(address)).toEqual(['scores']);
  expect(await askAdmin({ ...address, token: 'wrong' })).toBe('gone');
  await admin.stop();
  expect(await askAdmin(address)).toBe('gone');
  admin = await startAdmin();
});

test.each([
  ['Node', false],
  ['undici', true],
])('only a port that is closed, or speaks otherwise, shows that it is gone: as %s asks it', async (_, loadsUndici) => {
  // The package makes its own agent that of every fetch.
  if (loadsUndici) await import('undici');
  const ask = async (server: Server, patienceMs?: number) => {
    const { url, stop } = await listenLocally(server);
    return askAdmin({ url, token: 'any' }, patienceMs).finally(stop);
  };
  const never = () => undefined;
  expect(await ask(createServer(never), 20)).toBe('silent');
  expect(await ask(createServer((request) => request.socket.destroy()))).toBe('silent');
  const page = createServer((_, response) => response.end('<p>Another server</p>'));
  expect(await ask(page)).toBe('gone');
  const other = createServer((request) => request.socket.write('SSH-2.0\r\n'));
  expect(await ask(other)).toBe('gone');
});

test('a host acts for those who know its token, and for nobody else', async () => {
  const { url, token } = admin.address;
  await expect(callAdmin(admin.address, 'pause', 'scores')).rejects.toThrow(/404/);
  serve();
  await callAdmin(admin.address, 'pause', 'scores');
  await callAdmin(admin.address, 'resume', 'scores');
  await expect(callAdmin(admin.address, 'pause', 'other')).rejects.toThrow(/404 when asked to pause other/);
  await expect(callAdmin({ url, token: 'wrong' }, 'pause', 'scores')).rejects.toThrow(/401/);
  const headers = { authorization: `Bearer ${token}` };
  expect((await fetch(`${url}/pause`, { headers })).status).toBe(404);
  expect((await fetch(`${url}/stop`, { method: 'POST', headers })).status).toBe(404);
  expect((await fetch(`${url}/pause`, { method: 'POST', headers, body: 'no json' })).status).toBe(400);
  expect(done).toEqual(['pause scores', 'resume scores', 'pause other']);
});
