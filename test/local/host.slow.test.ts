import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SYSTEM } from '../../functions/system.ts';
import type { Host } from '../../local/host.ts';
import type { LocalPipelineOptions } from '../../local/pipeline.ts';
import { bundle } from '../../shared/project/bundle.ts';
import { PACKAGE_DIR } from '../../shared/project/project.mjs';
import { SERVICES, sample, startRecorded, USERS } from './recorded-host.ts';
import { Events, isAlive, temporaryDirectory } from './support.ts';

// Processes start and are killed here: a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 20_000 });

let stateDir: string;
let host: Host | undefined;
beforeEach(async () => {
  stateDir = await temporaryDirectory();
});
afterEach(async () => {
  await host?.stop();
  host = undefined;
  await rm(stateDir, { recursive: true });
});

async function start(first: LocalPipelineOptions = sample()): Promise<Host> {
  host = await startRecorded(stateDir, new Events(), first);
  return host;
}

const users = () => ({ ...sample(), ...USERS });

it('says when one of its processes has died', async () => {
  const { pids, first, failure } = await start();
  process.kill(pids[2] ?? 0, 'SIGKILL');
  expect((await first.failure).message).toBe('service echo (clone) ended (SIGKILL)');
  process.kill(pids[0] ?? 0, 'SIGKILL');
  expect((await failure).message).toBe('emulators ended (SIGKILL)');
});

it('goes on with the other pipelines where one cannot start, or its service ends', async () => {
  const { use, first, failure, pids } = await start(users());
  await expect(use(sample('broken', 'broken'))).rejects.toThrow(/no database to talk to/);
  const { pipeline: other } = await use(sample('other'));
  const servers = host?.pids.slice(pids.length) ?? [];
  process.kill(servers[0] ?? 0, 'SIGKILL');
  // Both start side by side, and either may be the first.
  expect((await other.failure).message).toMatch(/^service echo \((live|clone)\) ended \(SIGKILL\)$/);
  expect(await Promise.race([failure, first.failure, 'they go on'])).toBe('they go on');
  // Its service starts again with the next use.
  await vi.waitFor(async () => expect((await use(sample('other'))).fresh).toBe(true));
  expect(await first.invoke('splitter', {})).toEqual({ memory: '1024' });
});

describe('a host that cannot start', () => {
  it('says what the service said, and ends what it had started', async () => {
    await expect(start(sample('sample', 'broken'))).rejects.toThrow(
      /service broken \((live|clone)\) ended \(exit code 3\)[\s\S]*no database to talk to/,
    );
    // The directory is free again: nothing of the failed start holds it.
    await expect(start(users())).resolves.toMatchObject({ first: { liveUrl: null } });
  });

  it('says why one of its functions could not be loaded', async () => {
    const load = () => Promise.reject(new Error('EMFILE: too many open files'));
    const functions = { ...SYSTEM.functions, aggregator: { ...SYSTEM.functions.aggregator, load } };
    const starting = startRecorded(stateDir, new Events(), users(), { system: { ...SYSTEM, functions } });
    await expect(starting).rejects.toThrow('EMFILE: too many open files');
  });

  it('names the file of a service that does not exist', async () => {
    await expect(start(sample('sample', 'nowhere'))).rejects.toThrow(/services\/nowhere\/server\.ts/);
  });
});

it('processes end with a parent that was killed', async () => {
  const entry = join(PACKAGE_DIR, 'test', 'local', 'fixtures', 'parent.ts');
  const script = await bundle({ entry, external: ['esbuild'] });
  const parent = spawn(process.execPath, [script, stateDir, SERVICES], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(createInterface(parent.stdout), 'line');
  const pids: number[] = JSON.parse(String(line));
  expect(pids.map(isAlive)).toEqual([true, true]);
  parent.kill('SIGKILL');
  await vi.waitFor(() => expect(pids.map(isAlive)).toEqual([false, false]), { timeout: 4_000, interval: 20 });
});
