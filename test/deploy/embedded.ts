import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { microprocess } from './command-line.ts';

const summary = z.object({ paths: z.object({ report: z.string() }) });

/**
 * The report of an embedded run, made as a user would make it: `npm start -- --limit <n> --json`.
 * @param args of `run`: by default it is a run of `scores`
 */
export async function embeddedReport(args: readonly string[], folder: string, signal: AbortSignal): Promise<Buffer> {
  const printed = await microprocess({
    args: ['run', ...args],
    // No AWS of any kind: it must not see the local one's endpoint.
    env: { PATH: process.env.PATH, HOME: process.env.HOME },
    folder,
    signal,
  });
  return readFileSync(summary.parse(printed).paths.report);
}
