import { createHash } from 'node:crypto';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { claimState } from '../../local/claim.ts';
import { findHolder, StateBusyError } from '../../local/host-file.ts';
import { listenLocally } from '../../local/loopback.ts';
import { temporaryDirectory } from './support.ts';

const EMULATORS = { AWS_ENDPOINT_URL: 'http://127.0.0.1:1', AWS_PROFILE: null };

let dir: string;
beforeEach(async () => {
  dir = await temporaryDirectory();
});
afterEach(() => rm(dir, { recursive: true }));

/** Leaves a claim there as a killed process does: nothing answers any more, and this process has its id. */
async function killed(): Promise<string> {
  const claim = await claimState(dir, 'host');
  await claim.publish(EMULATORS);
  await claim.admin.stop();
  return readFile(join(dir, 'host.json'), 'utf8');
}

test('one process at a time has a state folder, and says where it is reached', async () => {
  expect(await findHolder(dir)).toBeNull();
  const claim = await claimState(dir, 'host');
  expect(await findHolder(dir)).toMatchObject({ pid: process.pid, kind: 'host', emulators: null, pipelines: [] });
  await expect(claimState(dir, 'reader')).rejects.toThrow(StateBusyError);
  await expect(claimState(dir, 'host')).rejects.toThrow(`in use by process ${process.pid}`);

  await claim.publish(EMULATORS);
  expect(await findHolder(dir)).toMatchObject({ emulators: EMULATORS });
  // It holds a token.
  expect((await stat(join(dir, 'host.json'))).mode & 0o077).toBe(0);

  await claim.release();
  expect(await readdir(dir)).toEqual([]);
  await (await claimState(dir, 'reader')).release();
});

test('of many that want it at once, one gets it', async () => {
  const claims = await Promise.allSettled(Array.from({ length: 20 }, () => claimState(dir, 'host')));
  const got = claims.flatMap((claim) => (claim.status === 'fulfilled' ? [claim.value] : []));
  expect(got).toHaveLength(1);
  await got[0]?.release();
});

test('a claim dies with its process, whatever process has its id now, and one of many takes it over', async () => {
  await killed();
  expect(await findHolder(dir)).toBeNull();
  const claims = await Promise.allSettled(Array.from({ length: 20 }, () => claimState(dir, 'host')));
  const got = claims.flatMap((claim) => (claim.status === 'fulfilled' ? [claim.value] : []));
  expect(got).toHaveLength(1);
  expect((await findHolder(dir))?.admin).toEqual(got[0]?.admin.address);
  await got[0]?.release();
  expect(await readdir(dir)).toEqual([]);
});

test('what came after a dead one’s file was read stays where it is', async () => {
  const dead = JSON.parse(await killed());
  await rm(join(dir, 'host.json'));
  const next = await claimState(dir, 'host');
  const file = await readFile(join(dir, 'host.json'), 'utf8');
  const between = createServer(async (_, response) => {
    await writeFile(join(dir, 'host.json'), file);
    response.end('no answer of ours');
  });
  const asked = await listenLocally(between);
  await writeFile(join(dir, 'host.json'), JSON.stringify({ ...dead, admin: { ...dead.admin, url: asked.url } }));
  await expect(claimState(dir, 'host')).rejects.toThrow(`in use by process ${process.pid}`);
  expect(await readdir(dir)).toEqual(['host.json']);
  expect(await readFile(join(dir, 'host.json'), 'utf8')).toBe(file);
  await asked.stop();
  await next.release();
});

test('who died while replacing a dead one is in nobody’s way', async () => {
  const text = await killed();
  const turn = `host.json.${createHash('sha256').update(text).digest('hex').slice(0, 16)}`;
  await writeFile(join(dir, turn), text);
  const claim = await claimState(dir, 'host');
  await claim.release();
  expect(await readdir(dir)).toEqual([]);
});

test('a file taken from a process that lives comes back, with all that it said', async () => {
  const claim = await claimState(dir, 'host');
  await claim.publish(EMULATORS);
  await rm(join(dir, 'host.json'));
  await vi.waitFor(
    async () =>
      expect(await findHolder(dir)).toMatchObject({ admin: claim.admin.address, emulators: EMULATORS, pipelines: [] }),
    5_000,
  );
  await claim.release();
  expect(await readdir(dir)).toEqual([]);
});

test.each(['', '{', '{"pid":1}', '[]'])('a file that says nothing is in nobody’s way: %j', async (text) => {
  await writeFile(join(dir, 'host.json'), text);
  const claim = await claimState(dir, 'host');
  expect(await findHolder(dir)).not.toBeNull();
  await claim.release();
});

test('a claim takes away its own file alone', async () => {
  const first = await claimState(dir, 'host');
  await rm(join(dir, 'host.json'));
  const second = await claimState(dir, 'host');
  await first.release();
  expect((await findHolder(dir))?.admin).toEqual(second.admin.address);
  await second.release();
});
