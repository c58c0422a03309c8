import { callAdmin } from '../../local/admin.ts';
import type { AskedHere } from '../../local/asked-here.ts';
import { fileLog } from '../../local/file-log.ts';
import type { Holder } from '../../local/host-file.ts';
import { joinHost } from '../../local/join.ts';
import { attach } from '../../local/open-state.ts';
import type { Pipeline } from '../../shared/author/definition.ts';
import { redriveRun } from '../../shared/control/redrive.ts';
import { startRun } from '../../shared/control/start.ts';
import { errorLines } from '../error-lines.ts';
import { UsageError } from '../errors.ts';
import { functionsLog, localTable } from '../home.ts';
import type { Terminal } from '../terminal.ts';
import { common, purge } from './local.ts';
import type { Target } from './target.ts';

/**
 * Has the process that runs on this machine work on a pipeline too, and keeps it from ending until the target is closed. What the
 * pipeline's functions log as errors is said on stderr.
 * @returns null where that process is gone or about to end
 * @throws {JoinRefusedError} where it doesn't take the pipeline on
 */
export async function joinLocal(
  pipeline: Pipeline,
  flags: string,
  { admin, emulators, pid }: Holder & { readonly emulators: NonNullable<Holder['emulators']> },
  terminal: Pick<Terminal, 'stderr' | 'signal'>,
  { endpointUrl, account }: AskedHere = {},
): Promise<Target | null> {
  // Credentials stay in the process that has them.
  if (account && pid !== process.pid)
    throw new UsageError(
      `Process ${pid} works on this machine already, by its own credentials or none: --aws waits until it has ended.`,
    );
  const say = errorLines(terminal.stderr, functionsLog());
  const request = { pipeline: pipeline.name, ...(endpointUrl !== undefined && { endpointUrl }) };
  const hear = (message: string, fields?: Record<string, unknown>) => {
    if (!terminal.signal.aborted) say(message, fields);
  };
  const joined = await joinHost(admin, request, hear, terminal.signal);
  if (!joined) return null;
  terminal.stderr.write(`Joining process ${pid}, which runs on this machine.\n`);
  const telemetry = fileLog(functionsLog());
  const { deps, resources, close } = attach(pipeline, emulators, localTable, telemetry, { account });
  const broken = joined.failure.then((error) => Promise.reject(error));
  // Nobody may be waiting for it when it happens.
  broken.catch(() => undefined);
  return {
    ...common(pipeline, flags),
    account,
    worker: 'joined',
    fresh: joined.fresh,
    deps,
    broken,
    start: (request, hooks) => startRun(deps, request, 'cli', hooks),
    redrive: (run, filter, hooks) => redriveRun(deps, run, filter, hooks),
    pausePipeline: () => callAdmin(admin, 'pause', pipeline.name),
    resumePipeline: () => callAdmin(admin, 'resume', pipeline.name),
    purge: () => purge(resources.work),
    async close() {
      joined.leave();
      await close();
      await telemetry.close();
    },
  };
}
