import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PurgeQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type AdminAddress, callAdmin } from '../../local/admin.ts';
import type { AskedHere } from '../../local/asked-here.ts';
import { fileLog } from '../../local/file-log.ts';
import { openState } from '../../local/open-state.ts';
import { eraserOf } from '../../shared/adapters/eraser.ts';
import type { Pipeline } from '../../shared/author/definition.ts';
import { redriveRun } from '../../shared/control/redrive.ts';
import { startRun } from '../../shared/control/start.ts';
import { LOCAL_REGION } from '../../shared/host/arn.ts';
import { UsageError } from '../errors.ts';
import { functionsLog, localTable, stateDir } from '../home.ts';
import { withKeptInput } from './kept-input-eraser.ts';
import { NEVER, type Target } from './target.ts';

const POLL_MS = 250;

/** Says whether anything ever ran on this machine, without starting anything. */
export function hasState(): boolean {
  return existsSync(join(stateDir(), 'table'));
}

/** Looks at what is on this machine: through the process that has it open, or on disk where none does. */
export async function openLocal(
  pipeline: Pipeline,
  flags: string,
  mayBeFirst = false,
  asked: AskedHere = {},
): Promise<Target> {
  if (!mayBeFirst && !hasState()) {
    throw new UsageError(
      `Pipeline "${pipeline.name}" has never run on this machine. Run it with "npm start", or name a deployed stage with --stage.`,
    );
  }
  const telemetry = fileLog(functionsLog());
  const { deps, resources, host, close } = await openState(pipeline, stateDir(), localTable, telemetry, asked);
  const running = (): AdminAddress => {
    if (host) return host;
    throw new UsageError(
      `Pipeline "${pipeline.name}" isn't running on this machine, so it has no queues. For a deployed one add --stage.`,
    );
  };
  return {
    ...common(pipeline, flags),
    worker: host ? 'other' : 'nobody',
    fresh: false,
    deps,
    broken: NEVER,
    start: (request, hooks) => startRun(deps, request, 'cli', hooks),
    redrive: (run, filter, hooks) => redriveRun(deps, run, filter, hooks),
    pausePipeline: () => callAdmin(running(), 'pause', pipeline.name),
    resumePipeline: () => callAdmin(running(), 'resume', pipeline.name),
    eraser: () =>
      withKeptInput(
        eraserOf(pipeline.name, {
          table: resources.table ?? '',
          objects: resources.objects ?? '',
          region: LOCAL_REGION,
        }),
      ),
    async purge() {
      running();
      await purge(resources.work);
    },
    async close() {
      await close();
      await telemetry.close();
    },
  };
}

/** What every target on this machine has. */
export function common(pipeline: Pipeline, flags: string) {
  return {
    pipeline,
    flags,
    place: 'on this machine',
    pollMs: POLL_MS,
    log: functionsLog(),
    // It is read where it is.
    handOver: async (file: string) => pathToFileURL(resolve(file)).href,
  };
}

export async function purge(QueueUrl: string | undefined): Promise<void> {
  const client = new SQSClient({});
  await client.send(new PurgeQueueCommand({ QueueUrl })).finally(() => client.destroy());
}
