import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_DIR } from '../../shared/project/project.mjs';
import {
  ACCOUNT,
  CREDENTIALS,
  type Emulator,
  installEmulator,
  REGION,
  startEmulator,
  Unavailable,
} from './emulator.ts';
import { endAllGroups, tail } from './processes.ts';
import { type Context, deployAndCheck } from './steps.ts';

/** `npm run test:deploy`: exit code when there is no Python or package index, so that a person can tell it from a failure. */
const UNAVAILABLE = 3;
const INTERRUPTED = 130;
/** The whole test, installing included; it takes about a minute. */
const DEADLINE_MS = 6 * 60_000;

const folder = join(PACKAGE_DIR, '.deploy-test');
/** Its own, so that two runs at once don't meet; what a failed one leaves is for reading. */
const work = join(folder, `run-${process.pid}`);

process.exitCode = await main();
// A connection somebody forgot to close must not keep the test from ending.
setTimeout(() => process.exit(), 2_000).unref();

async function main(): Promise<number> {
  const abort = new AbortController();
  const stop = (reason: string) => () => abort.abort(new Error(reason));
  process.once('SIGINT', stop('interrupted'));
  process.once('SIGTERM', stop('terminated'));
  process.on('exit', endAllGroups);
  const deadline = setTimeout(stop(`not done after ${DEADLINE_MS / 60_000} minutes`), DEADLINE_MS);
  const { signal } = abort;
  let emulator: Emulator | undefined;
  try {
    const python = await step('Python and MiniStack', () => installEmulator(folder, signal));
    emulator = await step('local AWS', () => startEmulator(python, work, signal));
    await deployAndCheck(contextOf(emulator, signal), step);
    console.log('The deployed app does what the embedded one does.');
    rmSync(work, { recursive: true, force: true });
    return 0;
  } catch (error) {
    if (error instanceof Unavailable) {
      console.error(`npm run test:deploy can't run here: ${error.message}`);
      return UNAVAILABLE;
    }
    if (signal.aborted) {
      console.error(`Stopped: ${signal.reason instanceof Error ? signal.reason.message : signal.reason}.`);
      return INTERRUPTED;
    }
    console.error(error instanceof Error ? (error.stack ?? error.message) : error);
    if (emulator)
      console.error(
        `\nThe end of the local AWS's log, with the functions' (${emulator.log}):\n${tail(emulator.log, 60)}`,
      );
    return 1;
  } finally {
    clearTimeout(deadline);
    await emulator?.close();
    endAllGroups();
  }
}

function contextOf(emulator: Emulator, signal: AbortSignal): Context {
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

/** Says what is done and how long it took. */
async function step<T>(name: string, work: () => Promise<T>): Promise<T> {
  const from = performance.now();
  process.stdout.write(`${name} … `);
  try {
    const done = await work();
    console.log(`${((performance.now() - from) / 1_000).toFixed(1)} s`);
    return done;
  } catch (error) {
    console.log('failed');
    throw error;
  }
}
