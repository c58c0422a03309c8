import { fileTelemetry } from '../../local/file-log.ts';
import { startHost } from '../../local/host.ts';
import type { Pipeline } from '../../shared/author/definition.ts';
import { redriveRun } from '../../shared/control/redrive.ts';
import { startRun } from '../../shared/control/start.ts';
import { LOCAL_REGION } from '../../shared/host/arn.ts';
import { connectOperator } from '../../shared/lambda/operator.ts';
import { openProject, pipelineEntry } from '../../shared/project/project.mjs';
import { reduceDigest } from '../../shared/project/reduce-digest.ts';
import { errorLines } from '../error-lines.ts';
import { functionsLog, localTable, stateDir } from '../home.ts';
import type { Terminal } from '../terminal.ts';
import { common, purge } from './local.ts';
import type { Target } from './target.ts';

/**
 * Runs the pipeline in this process, until it's closed. What its functions log as errors is said on stderr.
 * @throws {StateBusyError} while another process does
 */
export async function startLocal(
  pipeline: Pipeline,
  flags: string,
  terminal: Pick<Terminal, 'stderr' | 'signal'>,
  endpointUrl?: string,
): Promise<Target> {
  const project = openProject();
  const state = stateDir(pipeline.name);
  const log = functionsLog(pipeline.name);
  const say = errorLines(terminal.stderr, log);
  let closing = false;
  const telemetry = fileTelemetry(log, (message, fields) => {
    // What fails because everything is being ended is no news.
    if (!closing && !terminal.signal.aborted) say(message, fields);
  });
  try {
    const host = await startHost({
      pipeline,
      telemetry,
      stateDir: state,
      reduceDigest: await reduceDigest(pipelineEntry(project, pipeline.name)),
      tableDefinition: localTable,
      endpointUrl,
      servicesDir: project.services,
      // The terminal is for progress.
      logger: { warn: (text) => telemetry.log.warn(String(text)), error: (text) => telemetry.log.error(String(text)) },
    });
    const deps = connectOperator(pipeline, host.resources, LOCAL_REGION, telemetry);
    const broken = host.failure.then((error) => Promise.reject(error));
    // Nobody may be waiting for it when it happens.
    broken.catch(() => undefined);
    return {
      ...common(pipeline, flags),
      worker: 'this',
      deps,
      broken,
      start: (request, attended) => startRun(deps, request, 'cli', attended),
      redrive: (run, filter, attended) => redriveRun(deps, run, filter, attended),
      pausePipeline: () => host.pause('work'),
      resumePipeline: async () => host.resume('work'),
      purge: () => purge(host.resources.work),
      async close() {
        closing = true;
        await host.stop();
        await telemetry.close();
      },
    };
  } catch (error) {
    await telemetry.close();
    throw error;
  }
}
