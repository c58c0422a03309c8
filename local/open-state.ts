import { setTimeout as sleep } from 'node:timers/promises';
import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import type { Pipeline } from '../shared/author/definition.ts';
import { mapValues } from '../shared/domain/records.ts';
import { LOCAL_REGION } from '../shared/host/arn.ts';
import { connectOperator } from '../shared/lambda/operator.ts';
import type { Resources } from '../shared/lambda/resources.ts';
import type { Deps, OperatorDeps } from '../shared/ports/deps.ts';
import type { AdminAddress } from './admin.ts';
import type { AskedHere } from './asked-here.ts';
import { claimState } from './claim.ts';
import { startEmulators } from './emulators.ts';
import { applyEnvironment, BUCKET } from './environment.ts';
import { type EmulatorsEnvironment, findHolder, LOOK_AGAIN_MS, PATIENCE_MS, StateBusyError } from './host-file.ts';
import { createTable, queueUrls } from './resources.ts';
import { filesHere } from './source-files.ts';

export interface OpenedState {
  readonly deps: OperatorDeps;
  /** What its commands know of this machine. */
  readonly resources: Resources;
  /**
   * The host that works on the pipeline, in another process; also one that is too busy to say whether it does. Null where nobody does, so
   * that its queues may not exist.
   */
  readonly host: AdminAddress | null;
  /** Another pipeline's records, in the same table and bucket, until this one is closed. */
  beside(pipeline: Pipeline): Pick<OpenedState, 'deps' | 'host'>;
  close(): Promise<void>;
}

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
  asked: AskedHere = {},
): Promise<OpenedState> {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    const holder = await findHolder(stateDir);
    if (holder?.emulators) {
      const hostOf = ({ name }: Pipeline) => ((holder.pipelines?.includes(name) ?? true) ? holder.admin : null);
      const attached = attach(pipeline, holder.emulators, table, telemetry, asked);
      const awsUrl = holder.emulators.AWS_ENDPOINT_URL_SQS ?? '';
      return {
        ...attached,
        host: hostOf(pipeline),
        beside: (other) => ({
          deps: connectHere(other, resourcesOf(other, awsUrl, table), telemetry),
          host: hostOf(other),
        }),
      };
    }
    try {
      if (holder) throw new StateBusyError(stateDir, holder);
      return await fromDisk(pipeline, stateDir, table, telemetry, asked);
    } catch (error) {
      if (!(error instanceof StateBusyError) || Date.now() > until) throw error;
    }
    await sleep(LOOK_AGAIN_MS);
  }
}

/** Reaches a pipeline's records and queues in the emulators of a host in another process. */
export function attach(
  pipeline: Pipeline,
  emulators: EmulatorsEnvironment,
  table: CreateTableCommandInput,
  telemetry: Pick<Deps, 'log' | 'metrics'>,
  asked: AskedHere = {},
): Omit<OpenedState, 'host' | 'beside'> {
  const restore = applyEnvironment(mapValues(emulators, (value) => value ?? undefined));
  const resources = resourcesOf(pipeline, emulators.AWS_ENDPOINT_URL_SQS ?? '', table, asked);
  const deps = connectHere(pipeline, resources, telemetry, asked);
  return { deps, resources, close: async () => restore() };
}

const connectHere = (
  pipeline: Pipeline,
  resources: Resources,
  telemetry: Pick<Deps, 'log' | 'metrics'>,
  { account }: AskedHere = {},
) => connectOperator(pipeline, resources, LOCAL_REGION, telemetry, filesHere(pipeline.name, account));

/** @param asked its `endpointUrl` is called in place of an address of the definition's; no service is started here */
function resourcesOf(
  { name, endpoint: { url } }: Pipeline,
  awsUrl: string,
  table: CreateTableCommandInput,
  { endpointUrl = url }: AskedHere = {},
): Resources {
  const queues = queueUrls(name, awsUrl);
  const called = endpointUrl === undefined ? {} : { endpoint: endpointUrl, endpointAuth: 'NONE' };
  return { ...queues, ...called, table: table.TableName ?? '', objects: BUCKET };
}

async function fromDisk(
  pipeline: Pipeline,
  stateDir: string,
  table: CreateTableCommandInput,
  telemetry: Pick<Deps, 'log' | 'metrics'>,
  asked: AskedHere = {},
): Promise<OpenedState> {
  const claim = await claimState(stateDir, 'reader');
  try {
    const emulators = await startEmulators({ stateDir, toLook: true });
    const restore = applyEnvironment(emulators.environment);
    const stop = async () => {
      restore();
      await emulators.stop();
    };
    try {
      // A host that ended while it started may have left none.
      await createTable(table);
    } catch (error) {
      await stop();
      throw error;
    }
    const resources = resourcesOf(pipeline, emulators.awsUrl, table, asked);
    return {
      deps: connectHere(pipeline, resources, telemetry, asked),
      resources,
      host: null,
      beside: (other) => ({
        deps: connectHere(other, resourcesOf(other, emulators.awsUrl, table), telemetry),
        host: null,
      }),
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
