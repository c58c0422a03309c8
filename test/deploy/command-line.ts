import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_DIR } from '../../shared/project/project.mjs';
import pipeline from '../fixtures/project/pipelines/scores/index.ts';
import { run } from './processes.ts';
import { DEPLOYED_PROJECT } from './project.ts';

export interface CommandLine {
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Folder for its log. */
  readonly folder: string;
  readonly signal: AbortSignal;
}

/** Calls the command line as a user would. @returns the JSON it printed */
export async function microprocess({ args, env, folder, signal }: CommandLine): Promise<unknown> {
  const log = join(folder, `microprocess-${args[0]}.log`);
  await run({
    name: `microprocess ${args[0]}`,
    file: process.execPath,
    args: [join(PACKAGE_DIR, 'cli', 'bin.mjs'), ...args, '--json'],
    cwd: DEPLOYED_PROJECT,
    // A home of its own: a person's run may be going on.
    env: { ...env, MICROPROCESS_HOME: folder, MICROPROCESS_PIPELINE: pipeline.name },
    log,
    signal,
  });
  // In the log, progress and warnings stand around the one line of JSON.
  const line = readFileSync(log, 'utf8')
    .split('\n')
    .findLast((text) => text.startsWith('{'));
  if (!line) throw new Error(`microprocess ${args[0]} printed no JSON; see ${log}.`);
  return JSON.parse(line);
}
