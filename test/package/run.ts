import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PACKAGE_DIR } from '../../shared/project/project.mjs';
import { contextOf, type Emulator, installEmulator, startEmulator } from '../deploy/emulator.ts';
import { step, supervised } from '../deploy/supervised.ts';
import { addPipelines, checkMistakes, newProject, theFourCommands } from './new-project.ts';
import { copyShop, deployShop } from './other-app.ts';
import { checkEntries, checkTypes, pack } from './pack.ts';
import { sandboxIn } from './sandbox.ts';

/**
 * `npm run test:package`: the package as its users have it. It is packed, installed outside this repository, and used: a new project
 * that grows, and an app of another shape that takes a pipeline. With `--quick` the new project alone, for another Node. Needs the npm registry or its cache, and what `npm run test:deploy` needs.
 */
const MINUTES = 10;
const SOURCES = ['microprocess/http', 'microprocess/dynamodb', 'microprocess/postgres'];
const CLIENTS = ['microprocess/callback', 'microprocess/client'];
const ENTRIES = ['microprocess', ...SOURCES, ...CLIENTS, 'microprocess/cdk', 'microprocess/testing'];

process.exitCode = await supervised(MINUTES, async (signal) => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'microprocess-package-')));
  const sandbox = sandboxIn(folder, signal);
  let emulator: Emulator | undefined;
  try {
    const tarball = await step('npm pack', () => pack(sandbox));
    const project = await step('npm install, init, npm install', () => newProject(sandbox, tarball));
    await step('entries', () => checkEntries(sandbox, project));
    await step('the four commands', () => theFourCommands(sandbox, { 'company-scores': 3 }));
    if (process.argv.includes('--quick')) return passed(folder);
    addPipelines(sandbox);
    await step('the four commands with two more pipelines and services', () =>
      theFourCommands(sandbox, { 'company-scores': 3, 'name-lengths': 2, plain: 4 }),
    );
    await step('a mistake', () => checkMistakes(sandbox));
    await step('types, however modules are found', () => checkTypes(sandbox, project, ENTRIES));
    copyShop(sandbox, project);
    const work = join(folder, 'deployed');
    const python = await step('Python and MiniStack', () => installEmulator(join(PACKAGE_DIR, '.deploy-test'), signal));
    emulator = await step('local AWS', () => startEmulator(python, work, signal));
    await deployShop(sandbox, contextOf(emulator, work, signal), step);
    return passed(folder);
  } catch (error) {
    console.error(`What was tried is in ${folder}.`);
    throw error;
  } finally {
    await emulator?.close();
  }
});

function passed(folder: string): number {
  console.log('The package does for its users what it does here.');
  rmSync(folder, { recursive: true });
  return 0;
}
