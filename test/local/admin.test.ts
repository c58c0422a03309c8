import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Admin, askAdmin, callAdmin, startAdmin } from '../../local/admin.ts';

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
  expect(await askAdmin({ ...address, token: 'wrong' })).toBeNull();
  await admin.stop();
  expect(await askAdmin(address)).toBeNull();
  admin = await startAdmin();
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
