import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { PROJECT } from '../../infra/bundling.ts';
import { run } from './processes.ts';

const summary = z.object({ paths: z.object({ report: z.string() }) });

/** The report of an embedded run, made as a user would make it: `npm start -- --limit <n> --json`. */
export async function embeddedReport(limit: number, folder: string, signal: AbortSignal): Promise<Buffer> {
  const log = join(folder, 'embedded.log');
  await run({
    name: 'The embedded run',
    file: process.execPath,
    args: [join(PROJECT, 'cli', 'bin.mjs'), 'run', '--limit', String(limit), '--json'],
    cwd: PROJECT,
    // No AWS of any kind: it must not see the local one's endpoint. A home of its own: a person's run may be going on.
    env: { PATH: process.env.PATH, HOME: process.env.HOME, MICROPROCESS_HOME: folder },
    log,
    signal,
  });
  // In the log, progress stands before the one line of JSON.
  const line = readFileSync(log, 'utf8')
    .split('\n')
    .findLast((text) => text.startsWith('{'));
  if (!line) throw new Error(`The embedded run printed no summary; see ${log}.`);
  return readFileSync(resolve(PROJECT, summary.parse(JSON.parse(line)).paths.report));
}
