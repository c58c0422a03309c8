import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { PROJECT } from '../../infra/bundling.ts';
import { run } from './processes.ts';

/** The report of an embedded run, made as a user would make it: `npm start -- --limit <n> --json`. */
export async function embeddedReport(limit: number, folder: string, signal: AbortSignal): Promise<Buffer> {
  const log = join(folder, 'embedded.log');
  await run({
    name: 'The embedded run',
    file: process.execPath,
    args: [join(PROJECT, 'cli', 'bin.mjs'), 'run', '--limit', String(limit), '--json'],
    cwd: PROJECT,
    // No AWS of any kind: it must not see the local one's endpoint.
    env: { PATH: process.env.PATH, HOME: process.env.HOME },
    log,
    signal,
  });
  // The summary is the one line on stdout that is JSON; progress stands between it and here in the log.
  const summary = readFileSync(log, 'utf8')
    .split('\n')
    .flatMap((line): unknown[] => {
      try {
        return line.startsWith('{') ? [JSON.parse(line)] : [];
      } catch {
        return [];
      }
    })
    .at(-1);
  // It names the object's key too, which is no file.
  const path = strings(summary)
    .map((text) => resolve(PROJECT, text))
    .find((file) => file.endsWith('report.csv') && existsSync(file));
  if (!path) throw new Error(`The embedded run's summary names no file report.csv: ${JSON.stringify(summary)}.`);
  return readFileSync(path);
}

/** Every string in a JSON value. */
function strings(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(strings) : [];
}
