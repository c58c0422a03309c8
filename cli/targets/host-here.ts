import { fileTelemetry } from '../../local/file-log.ts';
import { localConfig, localHandlers } from '../../local/handlers.ts';
import { startHost } from '../../local/host.ts';
import { redriveRun } from '../../shared/control/redrive.ts';
import { startRun } from '../../shared/control/start.ts';
import type { Pipeline } from '../../shared/domain/definition.ts';
import { wire } from '../../shared/lambda/wire.ts';
import { localTable, stateDir } from '../home.ts';
import { common, purge } from './local.ts';
import type { Target } from './target.ts';

/** Runs the pipeline in this process, until it's closed. @throws {StateBusyError} while another process does */
export async function hostHere(pipeline: Pipeline, flags: string, endpointUrl?: string): Promise<Target> {
  const state = stateDir(pipeline.name);
  const telemetry = fileTelemetry(`${state}/logs/functions.log`);
  try {
    const host = await startHost({
      pipeline,
      handlers: localHandlers(pipeline, telemetry),
      stateDir: state,
      tableDefinition: localTable,
      endpointUrl,
      // The terminal is for progress.
      logger: { warn: (text) => telemetry.log.warn(String(text)), error: (text) => telemetry.log.error(String(text)) },
    });
    const deps = wire(pipeline, localConfig(host.env), telemetry);
    const broken = host.failure.then((error) => Promise.reject(error));
    // Nobody may be waiting for it when it happens.
    broken.catch(() => undefined);
    return {
      ...common(pipeline, flags),
      worker: 'this',
      deps,
      broken,
      start: (request) => startRun(deps, request, 'cli'),
      redrive: (run, filter) => redriveRun(deps, run, filter),
      pausePipeline: () => host.pause('work'),
      resumePipeline: async () => host.resume('work'),
      purge: () => purge(host.env.MP_WORK_QUEUE_URL),
      async close() {
        await host.stop();
        await telemetry.close();
      },
    };
  } catch (error) {
    await telemetry.close();
    throw error;
  }
}
