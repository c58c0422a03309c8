import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_DIR } from '../../shared/project/project.mjs';
import { contextOf, type Emulator, installEmulator, startEmulator, Unavailable } from './emulator.ts';
import { tail } from './processes.ts';
import { deployAndCheck } from './steps.ts';
import { step, supervised } from './supervised.ts';

/** `npm run test:deploy`: exit code when there is no Python or package index, so that a person can tell it from a failure. */
const UNAVAILABLE = 3;
/** The whole test, installing included; it takes about a minute. */
const MINUTES = 6;

const folder = join(PACKAGE_DIR, '.deploy-test');
/** Its own, so that two runs at once don't meet; what a failed one leaves is for reading. */
const work = join(folder, `run-${process.pid}`);

process.exitCode = await supervised(MINUTES, async (signal) => {
  let emulator: Emulator | undefined;
  try {
    const python = await step('Python and MiniStack', () => installEmulator(folder, signal));
    emulator = await step('local AWS', () => startEmulator(python, work, signal));
    await deployAndCheck(contextOf(emulator, work, signal), step);
    console.log('The deployed app does what the embedded one does.');
    rmSync(work, { recursive: true, force: true });
    return 0;
  } catch (error) {
    if (error instanceof Unavailable) {
      console.error(`npm run test:deploy can't run here: ${error.message}`);
      return UNAVAILABLE;
    }
    if (emulator && !signal.aborted)
      console.error(
        `The end of the local AWS's log, with the functions' (${emulator.log}):\n${tail(emulator.log, 60)}\n`,
      );
    throw error;
  } finally {
    await emulator?.close();
  }
});
