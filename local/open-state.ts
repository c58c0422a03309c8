import { setTimeout as sleep } from 'node:timers/promises';
import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import type { Pipeline } from '../shared/author/definition.ts';
import { LOCAL_REGION } from '../shared/host/arn.ts';
import { connectOperator } from '../shared/lambda/operator.ts';
import type { Deps } from '../shared/ports/deps.ts';
import { startEmulators } from './emulators.ts';
import { applyEnvironment, BUCKET } from './environment.ts';
import { claimState, type HostAddress, readHostFile, StateBusyError } from './host-file.ts';
import { createStorage } from './resources.ts';

export interface OpenedState {
  readonly deps: Deps;
  /** The host that works on it, in another process; null where the state just lies there and its queues don't exist. */
  readonly host: HostAddress | null;
  close(): Promise<void>;
}

/** Another process that starts, or reads for a moment, is waited for this long. */
const PATIENCE_MS = 20_000;
const LOOK_AGAIN_MS = 100;

/**
 * Opens what runs on this machine left or are making: through the host that is running, or from disk, the table and the
 * bucket without queues, functions or services.
 * @throws {StateBusyError} where another process neither publishes its address nor ends
 */
export async function openState(
  pipeline: Pipeline,
  stateDir: string,
  table: CreateTableCommandInput,
  telemetry: Pick<Deps, 'log' | 'metrics'>,
): Promise<OpenedState> {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    const holder = await readHostFile(stateDir);
    if (holder?.address) return attach(pipeline, holder.address, telemetry);
    try {
      if (!holder) return await fromDisk(pipeline, stateDir, table, telemetry);
    } catch (error) {
      if (!(error instanceof StateBusyError)) throw error;
    }
    if (holder && Date.now() > until) throw new StateBusyError(stateDir, holder);
    await sleep(LOOK_AGAIN_MS);
  }
}

function attach(pipeline: Pipeline, host: HostAddress, telemetry: Pick<Deps, 'log' | 'metrics'>): OpenedState {
  const pointing = Object.entries(host.emulators).map(([name, value]): [string, string | undefined] => [
    name,
    value ?? undefined,
  ]);
  const restore = applyEnvironment(Object.fromEntries(pointing));
  const deps = connectOperator(pipeline, host.resources, LOCAL_REGION, telemetry);
  return { deps, host, close: async () => restore() };
}

async function fromDisk(
  pipeline: Pipeline,
  stateDir: string,
  table: CreateTableCommandInput,
  telemetry: Pick<Deps, 'log' | 'metrics'>,
): Promise<OpenedState> {
  const claim = await claimState(stateDir, 'reader');
  try {
    const emulators = await startEmulators({ stateDir });
    const restore = applyEnvironment(emulators.environment);
    const stop = async () => {
      restore();
      await emulators.stop();
    };
    try {
      // A host that ended while it started may have left neither.
      await createStorage(table);
    } catch (error) {
      await stop();
      throw error;
    }
    // Its queues don't exist.
    const none = `${emulators.awsUrl}/none`;
    const resources = { table: table.TableName ?? '', objects: BUCKET, split: none, work: none, aggregate: none };
    return {
      deps: connectOperator(pipeline, resources, LOCAL_REGION, telemetry),
      host: null,
      async close() {
        await stop();
        await claim.release();
      },
    };
  } catch (error) {
    await claim.release();
    throw error;
  }
}
