import type { StartHooks } from '../../shared/control/start.ts';
import { seeThrough } from '../follow.ts';
import { handOver } from '../hand-over.ts';
import { namedPipeline, pipelineToRun } from '../pipelines.ts';
import { withTarget } from '../targets/open.ts';
import type { Terminal } from '../terminal.ts';
import type { RunOptions } from './run-options.ts';

/** Runs a pipeline on this machine from start to report. */
export async function run(
  argument: string | undefined,
  options: RunOptions & { readonly pipeline?: string; readonly open?: boolean },
  terminal: Terminal,
): Promise<number> {
  const { limit, runId, params, canary, endpoint, file, items } = options;
  const pipeline = namedPipeline(argument, options.pipeline) ?? pipelineToRun();
  const where = { local: true, ...(pipeline !== undefined && { pipeline }) };
  if (options.dryRun) return (await import('./dry-run.ts')).dryRun(pipeline, { ...options, local: true }, terminal);
  return withTarget(
    where,
    'own-worker',
    terminal,
    async (target) => {
      const request = { limit, runId, params, canary, ...(await handOver(target, { file, items }, terminal)) };
      if (!options.open) return seeThrough(target, (hooks) => target.start(request, hooks), terminal, options);
      const { name } = target.pipeline;
      const { withConsole } = await import('./open-console.ts');
      return withConsole({ name, endpoints: endpoint, account: target.account }, terminal, (show) => {
        const shown = (run: string) => show(name, run);
        return seeThrough(target, (hooks) => target.start(request, alsoHeard(hooks, shown)), terminal, options);
      });
    },
    { ...options, readsSource: true },
  );
}

/** The same hooks, with another one who hears that the run was accepted. */
function alsoHeard(hooks: Required<StartHooks>, heard: (run: string) => void): StartHooks {
  return {
    ...hooks,
    accepted(run) {
      hooks.accepted(run);
      heard(run);
    },
  };
}
