import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PACKAGE_DIR } from '../../shared/project/project.mjs';
import { freePort } from './address.ts';
import { type Front, startFront } from './front.ts';
import { poll } from './poll.ts';
import { endGroup, groupLives, run, start, tail } from './processes.ts';

/** Neither Python nor PyPI: the test can't run here, which isn't a failure of what it tests. */
export class Unavailable extends Error {
  override readonly name = 'Unavailable';
}

export interface Emulator {
  /** What AWS_ENDPOINT_URL is to be. */
  readonly url: string;
  /** Port under which queue URLs name it. */
  readonly log: string;
  close(): Promise<void>;
}

/** Python 3.10 or newer, by whichever name it has here. */
const PYTHONS = ['python3', 'python'];
const VERSION_CHECK = 'import sys, venv, ensurepip; sys.exit(0 if sys.version_info >= (3, 10) else 1)';

/**
 * Installs what requirements.txt pins into a virtual environment below `folder`, once.
 * @returns the environment's Python
 * @throws {Unavailable} without Python 3.10, its venv module, or a package index that answers
 */
export async function installEmulator(folder: string, signal: AbortSignal): Promise<string> {
  const requirements = join(import.meta.dirname, 'requirements.txt');
  const venv = join(folder, 'venv');
  const python = join(venv, 'bin', 'python');
  const marker = join(venv, 'installed.txt');
  const wanted = readFileSync(requirements, 'utf8');
  if (existsSync(marker) && readFileSync(marker, 'utf8') === wanted) return python;

  mkdirSync(folder, { recursive: true });
  const log = join(folder, 'install.log');
  const command = (name: string, file: string, args: string[]) =>
    run({ name, file, args, cwd: folder, env: process.env, log, signal });
  const attempt = async (what: Promise<void>, otherwise: string): Promise<void> => {
    try {
      await what;
    } catch (error) {
      signal.throwIfAborted();
      throw new Unavailable(`${otherwise}\n${error instanceof Error ? error.message : String(error)}`);
    }
  };
  const usable = await firstWorking(PYTHONS, (name) => command('Looking for Python', name, ['-c', VERSION_CHECK]));
  signal.throwIfAborted();
  if (!usable)
    throw new Unavailable(
      'Python 3.10 or newer with venv is needed (Debian: python3-venv); there is none on the PATH.',
    );
  await attempt(
    command('python -m venv', usable, ['-m', 'venv', '--clear', venv]),
    'A virtual environment could not be made.',
  );
  await attempt(
    command('pip install', python, [
      '-m',
      'pip',
      'install',
      '--disable-pip-version-check',
      '--no-input',
      '-r',
      requirements,
    ]),
    `${wanted.trim().split('\n').at(-1)} could not be installed from the Python package index.`,
  );
  writeFileSync(marker, wanted);
  return python;
}

async function firstWorking(
  names: readonly string[],
  test: (name: string) => Promise<void>,
): Promise<string | undefined> {
  for (const name of names) {
    try {
      await test(name);
      return name;
    } catch {
      // The next one.
    }
  }
  return undefined;
}

/**
 * Starts the local AWS on a free port of 127.0.0.1, with IAM enforced, and waits until it answers.
 * @param folder gets its log and temporary files
 */
export async function startEmulator(python: string, folder: string, signal: AbortSignal): Promise<Emulator> {
  mkdirSync(folder, { recursive: true });
  // Outside the project: a function unpacked inside it would find the project's package.json and node_modules.
  const temporary = mkdtempSync(join(tmpdir(), 'microprocess-deploy-'));
  const log = join(folder, 'ministack.log');
  const port = await freePort();
  const front: Front = await startFront(() => port);
  const child = start({
    name: 'MiniStack',
    file: python,
    args: ['-m', 'hypercorn', 'ministack.app:app', '--bind', `127.0.0.1:${port}`, '--keep-alive', '75'],
    cwd: temporary,
    env: emulatorEnvironment(front, temporary),
    log,
    signal,
  });
  const { pid } = child;
  const close = async (): Promise<void> => {
    if (pid !== undefined) {
      endGroup(pid);
      await poll('the end of MiniStack', () => Promise.resolve(groupLives(pid) ? undefined : true), {
        seconds: 10,
        everyMs: 20,
      });
    }
    await front.close();
    rmSync(temporary, { recursive: true, force: true });
  };
  const died = new Promise<never>((_, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`MiniStack ended with ${code}. The end of ${log}:\n${tail(log)}`)));
  });
  died.catch(() => {});
  try {
    const healthy = poll(
      'MiniStack to answer',
      async () => ((await fetch(`${front.url}/_ministack/health`)).ok ? true : undefined),
      {
        seconds: 60,
        everyMs: 100,
        signal,
      },
    );
    await Promise.race([healthy, died]);
  } catch (error) {
    await close();
    throw error;
  }
  return { url: front.url, log, close };
}

/** What MiniStack, and through it each function, finds in its environment. */
function emulatorEnvironment(front: Front, temporary: string): NodeJS.ProcessEnv {
  // As Lambda's runtime does, it offers the SDK to what isn't bundled, the CDK's bucket emptier and what reads secrets; and nothing else. By
  // NODE_PATH where it is required; what is imported is looked for above the functions, which are unpacked below this folder.
  const modules = join(temporary, 'node_modules');
  mkdirSync(modules);
  symlinkSync(join(PACKAGE_DIR, 'node_modules', '@aws-sdk'), join(modules, '@aws-sdk'));
  return {
    // The Node that runs this test runs the functions too.
    PATH: `${dirname(process.execPath)}:${process.env.PATH ?? ''}`,
    HOME: process.env.HOME,
    // The port it says it is reached at, in queue URLs: the front's.
    GATEWAY_PORT: String(front.port),
    MINISTACK_HOST: '127.0.0.1',
    AWS_ENDPOINT_URL: front.url,
    AUTH: 'true',
    AWS_ACCESS_KEY_ID: CREDENTIALS.AWS_ACCESS_KEY_ID,
    AWS_SECRET_ACCESS_KEY: CREDENTIALS.AWS_SECRET_ACCESS_KEY,
    NODE_PATH: modules,
    TMPDIR: temporary,
  };
}

/** The emulator's root user, who exists nowhere else. */
export const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' } as const;
export const REGION = 'us-east-1';
export const ACCOUNT = '000000000000';

/** What tests of the local AWS are told of it. */
export interface Context {
  /** Of the local AWS. */
  readonly endpoint: string;
  readonly log: string;
  readonly account: string;
  readonly region: string;
  readonly env: NodeJS.ProcessEnv;
  readonly work: string;
  readonly signal: AbortSignal;
}

/** @param work folder for logs and what else a test leaves */
export function contextOf(emulator: Emulator, work: string, signal: AbortSignal): Context {
  const env = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    ...CREDENTIALS,
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION,
    AWS_ENDPOINT_URL: emulator.url,
    AWS_EC2_METADATA_DISABLED: 'true',
    // The CDK's own rules take seconds to load, and are checked where the app is synthesised for its own sake.
    CDK_VALIDATION: 'false',
  };
  return { endpoint: emulator.url, log: emulator.log, account: ACCOUNT, region: REGION, env, work, signal };
}

/** A function URL's host resolves on AWS alone; here the same URL answers under a path. */
export function functionUrlHere(endpoint: string): (url: string) => string {
  return (url) => {
    const id = /^https:\/\/([a-z0-9-]+)\.lambda-url\.[a-z0-9-]+\.on\.aws$/.exec(url)?.[1];
    if (!id) throw new Error(`The clone's URL must be a function URL without a trailing slash, received ${url}.`);
    return `${endpoint}/_aws/lambda-url/${id}`;
  };
}
