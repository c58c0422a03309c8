import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { callAdmin, startAdmin } from '../../local/admin.ts';
import { claimState, type HostAddress, type HostFile, readHostFile, StateBusyError } from '../../local/host-file.ts';
import { temporaryDirectory } from './support.ts';

const ADDRESS: HostAddress = {
  emulators: { AWS_ENDPOINT_URL: 'http://127.0.0.1:1', AWS_PROFILE: null },
  resources: { table: 't' },
  admin: { url: 'http://127.0.0.1:2', token: 'secret' },
};

let dir: string;
beforeEach(async () => {
  dir = await temporaryDirectory();
});
afterEach(() => rm(dir, { recursive: true }));

const left = (file: Partial<HostFile>) =>
  writeFile(
    join(dir, 'host.json'),
    JSON.stringify({ pid: process.pid, kind: 'host', startedAt: Date.now(), address: null, ...file }),
  );

test('one process at a time has a state directory, and says where it is reached', async () => {
  expect(await readHostFile(dir)).toBeNull();
  const claim = await claimState(dir, 'host');
  expect(await readHostFile(dir)).toMatchObject({ pid: process.pid, kind: 'host', address: null });
  await expect(claimState(dir, 'reader')).rejects.toThrow(StateBusyError);
  await expect(claimState(dir, 'host')).rejects.toThrow(`in use by process ${process.pid}`);

  await claim.publish(ADDRESS);
  expect((await readHostFile(dir))?.address).toEqual(ADDRESS);
  // It holds a token.
  expect((await stat(join(dir, 'host.json'))).mode & 0o077).toBe(0);

  await claim.release();
  expect(await readdir(dir)).toEqual([]);
  await (await claimState(dir, 'reader')).release();
});

test('of many that want it at once, one gets it', async () => {
  const claims = await Promise.allSettled(Array.from({ length: 20 }, () => claimState(dir, 'host')));
  expect(claims.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

test('what a killed process left is nobody’s', async () => {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  await left({ pid: child.pid ?? 0 });
  expect(await readHostFile(dir)).toBeNull();
  await (await claimState(dir, 'host')).release();
});

test('process ids start again with the machine', async () => {
  await left({ startedAt: 0 });
  expect(await readHostFile(dir)).toBeNull();
  await (await claimState(dir, 'host')).release();
});

test('a host acts for those who know its token, and for nobody else', async () => {
  const done: string[] = [];
  const admin = await startAdmin({
    pause: async () => void done.push('pause'),
    resume: () => void done.push('resume'),
  });
  const { url, token } = admin.address;
  try {
    await callAdmin(admin.address, 'pause');
    await callAdmin(admin.address, 'resume');
    await expect(callAdmin({ url, token: 'wrong' }, 'pause')).rejects.toThrow(/401/);
    const headers = { authorization: `Bearer ${token}` };
    expect((await fetch(`${url}/pause`, { headers })).status).toBe(404);
    expect((await fetch(`${url}/stop`, { method: 'POST', headers })).status).toBe(404);
    expect(done).toEqual(['pause', 'resume']);
  } finally {
    await admin.stop();
  }
});
