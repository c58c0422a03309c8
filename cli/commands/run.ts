import { seeThrough } from '../follow.ts';
import { withTarget } from '../targets/open.ts';
import type { Terminal } from '../terminal.ts';
import type { RunOptions } from './run-options.ts';

/** Runs a pipeline on this machine from start to report. */
export async function run(pipeline: string | undefined, options: RunOptions, terminal: Terminal): Promise<number> {
  const { limit, runId, params, canary, endpoint } = options;
  const where = { local: true, ...(pipeline !== undefined && { pipeline }) };
  if (options.dryRun) return (await import('./dry-run.ts')).dryRun(pipeline, { ...options, local: true }, terminal);
  return withTarget(
    where,
    'own-worker',
    terminal,
    (target) => seeThrough(target, (hooks) => target.start({ limit, runId, params, canary }, hooks), terminal, options),
    endpoint,
  );
}
