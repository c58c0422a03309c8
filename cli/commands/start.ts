import { EXIT } from '../exit-codes.ts';
import { seeThrough } from '../follow.ts';
import { handOver } from '../hand-over.ts';
import { namedPipeline } from '../pipelines.ts';
import { withTarget } from '../targets/open.ts';
import { hint, stageOf, type Target, type Where } from '../targets/target.ts';
import type { Terminal } from '../terminal.ts';
import { run } from './run.ts';
import type { RunOptions } from './run-options.ts';

/** Starts a run: at a stage it goes on there; on this machine it ends with this process, so it is followed. */
export async function start(
  argument: string | undefined,
  options: RunOptions & Where & { readonly watch?: boolean },
  terminal: Terminal,
): Promise<number> {
  const pipeline = namedPipeline(argument, options.pipeline);
  if (stageOf(options) === undefined) return run(pipeline, options, terminal);
  if (options.dryRun) return (await import('./dry-run.ts')).dryRun(pipeline, options, terminal);
  const where = { ...options, ...(pipeline !== undefined && { pipeline }) };
  const begin = async (target: Target) => {
    const { limit, runId, params, canary, file, items } = options;
    const request = { limit, runId, params, canary, ...(await handOver(target, { file, items }, terminal)) };
    if (options.watch) return seeThrough(target, (hooks) => target.start(request, hooks), terminal, options);
    const started = await target.start(request);
    terminal.stdout.write(
      options.json
        ? `${JSON.stringify(started)}\n`
        : `Run ${started.runId} ${started.created ? 'started' : `is there already, ${started.status}`} ${target.place}.\n` +
            `Follow it: ${hint(target, 'watch', started.runId)}\n`,
    );
    return EXIT.ok;
  };
  return withTarget(where, 'records', terminal, begin, { aws: options.aws });
}
