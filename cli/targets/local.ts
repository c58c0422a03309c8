import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PurgeQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { callAdmin } from '../../local/admin.ts';
import { fileTelemetry } from '../../local/file-log.ts';
import { type HostAddress, readHostFile } from '../../local/host-file.ts';
import { openState } from '../../local/open-state.ts';
import type { Pipeline } from '../../shared/author/definition.ts';
import { redriveRun } from '../../shared/control/redrive.ts';
import { startRun } from '../../shared/control/start.ts';
import { UsageError } from '../errors.ts';
import { functionsLog, localTable, stateDir } from '../home.ts';
import { NEVER, type Target } from './target.ts';

const POLL_MS = 250;

/** Says whether anything ever ran on this machine, without starting anything. */
export function hasState(pipeline: Pipeline): boolean {
  return existsSync(join(stateDir(pipeline.name), 'table'));
}

/** Looks at what is on this machine: through the process that works on it, or on disk where none does. */
export async function openLocal(pipeline: Pipeline, flags: string, mayBeFirst = false): Promise<Target> {
  const state = stateDir(pipeline.name);
  if (!mayBeFirst && !hasState(pipeline)) {
    throw new UsageError(
      `Pipeline "${pipeline.name}" has never run on this machine. Run it with "npm start", or name a deployed stage with --stage.`,
    );
  }
  const telemetry = fileTelemetry(functionsLog(pipeline.name));
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
    start: (request, attended) => startRun(deps, request, 'cli', attended),
    redrive: (run, filter, attended) => redriveRun(deps, run, filter, attended),
    pausePipeline: () => callAdmin(running().admin, 'pause'),
    resumePipeline: () => callAdmin(running().admin, 'resume'),
    purge: () => purge(running().resources.work),
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

/** What every target on this machine has. */
export function common(pipeline: Pipeline, flags: string) {
  return { pipeline, flags, place: 'on this machine', pollMs: POLL_MS, log: functionsLog(pipeline.name) };
}

export async function purge(QueueUrl: string | undefined): Promise<void> {
  const client = new SQSClient({});
  await client.send(new PurgeQueueCommand({ QueueUrl })).finally(() => client.destroy());
}
