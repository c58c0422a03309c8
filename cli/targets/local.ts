import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PurgeQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { callAdmin } from '../../local/admin.ts';
import { fileTelemetry } from '../../local/file-log.ts';
import { localConfig, localHandlers } from '../../local/handlers.ts';
import { startHost } from '../../local/host.ts';
import { type HostAddress, readHostFile } from '../../local/host-file.ts';
import { openState } from '../../local/open-state.ts';
import { startRun } from '../../shared/control/start.ts';
import type { Pipeline } from '../../shared/domain/definition.ts';
import { wire } from '../../shared/lambda/wire.ts';
import { UsageError } from '../errors.ts';
import { localTable, stateDir } from '../home.ts';
import { NEVER, type Target } from './target.ts';

const POLL_MS = 250;

/** Says whether anything ever ran on this machine, without starting anything. */
export function hasState(pipeline: Pipeline): boolean {
  return existsSync(join(stateDir(pipeline.name), 'table'));
}

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

/** Looks at what is on this machine: through the process that works on it, or on disk where none does. */
export async function lookHere(pipeline: Pipeline, flags: string): Promise<Target> {
  const state = stateDir(pipeline.name);
  if (!hasState(pipeline)) {
    throw new UsageError(
      `Pipeline "${pipeline.name}" has never run on this machine. Run it with "npm start", or name a deployed stage with --stage.`,
    );
  }
  const telemetry = fileTelemetry(`${state}/logs/functions.log`);
  const { deps, host, close } = await openState(pipeline, state, localTable, telemetry);
  const running = (): HostAddress => {
    if (host) return host;
    throw new UsageError(
      `Pipeline "${pipeline.name}" isn't running on this machine, so it has no queues. For a deployed one add --stage.`,
    );
  };
  return {
    ...common(pipeline, flags),
    worker: host ? 'other' : 'nobody',
    deps,
    broken: NEVER,
    start: (request) => startRun(deps, request, 'cli'),
    pausePipeline: () => callAdmin(running().admin, 'pause'),
    resumePipeline: () => callAdmin(running().admin, 'resume'),
    purge: () => purge(running().functions.MP_WORK_QUEUE_URL),
    async close() {
      await close();
      await telemetry.close();
    },
  };
}

/** Whether another process works on this pipeline here. */
export async function isRunning(pipeline: Pipeline): Promise<boolean> {
  return (await readHostFile(stateDir(pipeline.name)))?.kind === 'host';
}

function common(pipeline: Pipeline, flags: string) {
  return { pipeline, flags, place: 'on this machine', pollMs: POLL_MS };
}

async function purge(QueueUrl: string | undefined): Promise<void> {
  const client = new SQSClient({});
  await client.send(new PurgeQueueCommand({ QueueUrl })).finally(() => client.destroy());
}
