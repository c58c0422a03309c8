import type { ServerResponse } from 'node:http';
import { join, resolve } from 'node:path';
import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { type FunctionName, SYSTEM } from '../functions/system.ts';
import { sendMessagesDirectly } from '../shared/adapters/direct/sqs.ts';
import { DefinitionError, InputError } from '../shared/domain/errors.ts';
import type { System } from '../shared/lambda/declaration.ts';
import { ANY_PIPELINE } from '../shared/lambda/resources.ts';
import type { Clock } from '../shared/ports/clock.ts';
import type { Process } from '../shared/ports/deps.ts';
import type { AdminActions, JoinRequest } from './admin.ts';
import { callbackKeyFile } from './callback-key.ts';
import { claimState } from './claim.ts';
import { type Emulators, startEmulators } from './emulators.ts';
import { applyEnvironment, BUCKET, EVENT_BUS } from './environment.ts';
import { startFunctionUrls } from './function-urls.ts';
import { expectedRoutes, type LocalFunctions, platformFunctions } from './functions.ts';
import { Guests, say } from './guests.ts';
import type { ServedApi } from './http-api.ts';
import type { HostLogger } from './lambda.ts';
import { type LocalPipeline, type LocalPipelineOptions, type Shared, startPipeline } from './pipeline.ts';
import { LocalPipelines } from './pipelines.ts';
import { createTable, queueUrls } from './resources.ts';
import { ServicePool } from './service-pool.ts';
import { Teardown } from './teardown.ts';

/** Mail sender of every embedded run. */
const MAIL_FROM = 'microprocess@example.com';

export interface PlatformOptions {
  /** Reads another pipeline of the project, by its name, for a terminal that joins; by default none may. */
  readonly load?: (pipeline: string) => Promise<Omit<LocalPipelineOptions, 'endpointUrl'>>;
  /** What runs; by default all that is deployed. */
  readonly system?: System<FunctionName>;
  /** Where a pipeline's functions log and count; null: those of the platform. */
  readonly telemetry: (pipeline: string | null) => Pick<Process, 'log' | 'metrics'>;
  /** Folder for all state of a project; a later start reads what an earlier one wrote. One host at a time. */
  readonly stateDir: string;
  readonly tableDefinition: CreateTableCommandInput;
  /** True starts runs by the pipelines' crons. The sweeper is always scheduled. */
  readonly schedules?: boolean;
  readonly logger?: HostLogger;
  readonly clock?: Clock | undefined;
  /** Folder of all services; the project's own by default. */
  readonly servicesDir?: string | undefined;
}

export interface HostOptions extends PlatformOptions {
  /** The pipeline that it is started for; its servers start beside the emulators. */
  readonly first: LocalPipelineOptions;
}

/** A project's platform on this machine, and the pipelines that it works on. */
export interface Platform {
  /** Base URL of functions that have routes: `/platform/<function>` and `/pipelines/<pipeline>/<function>`; null where none has. */
  readonly functionsUrl: string | null;
  /** What another terminal needs to ask something of it, and callers of routes that want IAM. */
  readonly token: string;
  /** Folder of sent mails: `<MessageId>.eml` and `<MessageId>.json` each. */
  readonly mailDir: string;
  /** Ids of the processes started: the emulators', then the services'. */
  readonly pids: readonly number[];
  /** Terminals that joined. */
  readonly guests: Pick<Guests, 'count' | 'pipelines'>;
  /** Resolves when the emulators end on their own: nothing works from then on, and only {@link stop} is left. */
  readonly failure: Promise<Error>;
  /** Puts a pipeline to work unless it is; `fresh` where it wasn't. @throws {InputError} where it works in another way */
  use(options: LocalPipelineOptions): Promise<{ readonly pipeline: LocalPipeline; readonly fresh: boolean }>;
  /**
   * Serves the HTTP API, which puts a pipeline to work when it is asked for it.
   * @param names of the pipelines that it serves
   */
  serveApi(names: () => readonly string[], port?: number): Promise<ServedApi>;
  /** Resolves once every terminal that joined has left. */
  guestsGone(): Promise<void>;
  /** Ends everything started, leaving running invocations two seconds. */
  stop(): Promise<void>;
}

/** A platform that was started for a pipeline. */
export interface Host extends Platform {
  readonly first: LocalPipeline;
}

/**
 * Starts a project's platform on this machine as a stage is deployed, one for all its pipelines: emulated SQS, S3, DynamoDB and SES,
 * the platform's functions, and the first pipeline with its service. Another pipeline costs nothing until it is used. While it runs,
 * `process.env` points the AWS SDKs at the emulators; one host per process. `host.json` of the state folder says where it is reached,
 * so that other terminals can join, look at its runs and control them.
 * @throws {StateBusyError} while another process uses the state folder
 * @throws {Error} where a part doesn't start; whatever had been started is ended before.
 */
export async function startHost({ first, ...options }: HostOptions): Promise<Host> {
  return startedWhole(options, async (pipelines) => ({ first: (await pipelines.use(first)).pipeline }));
}

/**
 * {@link startHost} without a pipeline: it works on those that terminals join for.
 * @throws {StateBusyError} while another process uses the state folder
 */
export async function startPlatform(options: PlatformOptions): Promise<Platform> {
  return startedWhole(options, async () => ({}));
}

/** @param begin runs while the emulators start */
async function startedWhole<B extends object>(
  options: PlatformOptions,
  begin: (pipelines: LocalPipelines) => Promise<B>,
): Promise<Platform & B> {
  const teardown = new Teardown();
  try {
    return await start(options, teardown, begin);
  } catch (error) {
    await teardown.run();
    throw error;
  }
}

async function start<B extends object>(
  options: PlatformOptions,
  teardown: Teardown,
  begin: (pipelines: LocalPipelines) => Promise<B>,
): Promise<Platform & B> {
  const { system = SYSTEM, schedules = false, logger = console, clock, servicesDir, telemetry } = options;
  const stateDir = resolve(options.stateDir);
  const claim = await claimState(stateDir, 'host');
  teardown.add(claim.release);
  const services = new ServicePool({ logDir: resolve(stateDir, 'logs'), servicesDir, env: { ...process.env } });
  teardown.add(() => services.stop());

  const guests = new Guests();
  let platform: LocalFunctions | undefined;
  const { token } = claim.admin.address;
  const routes = () => [...(platform?.routes ?? []), ...pipelines.all.flatMap((each) => each.routes)];
  const hasRoutes = Object.values(system.functions).some(({ route }) => route !== undefined);
  // Before the pipelines, as these tell their services of it; at the port it had before, where that is free: services may know it.
  const urls = hasRoutes
    ? await startFunctionUrls({
        ...{ routes, expected: expectedRoutes(system), token, logger, portFile: join(stateDir, 'functions-port') },
        moved: (from, to) =>
          telemetry(null).log.error(
            `Another process has port ${from}, which callbacks and links of earlier runs go to: they are taken at port ${to} now.`,
          ),
      })
    : null;
  if (urls) teardown.add(urls.stop);
  const callbackKey = await callbackKeyFile(stateDir);
  const starting = startEmulators({ stateDir });
  const shared = starting.then((emulators) =>
    share(emulators, { callbackKey, functionsUrl: urls?.url ?? '' }, options.tableDefinition, teardown),
  );
  const pipelines = new LocalPipelines(
    (each) => {
      const { name } = each.pipeline;
      const heard = toldTo(guests, name, telemetry(name));
      return startPipeline(each, { system, shared, services, telemetry: heard, logger, clock, schedules });
    },
    (name, error) => guests.tell(name, { broken: error.message }),
  );
  const begun = await begin(pipelines);
  teardown.add(() => pipelines.stop());

  const [emulators, { resources, awsUrl }] = await Promise.all([starting, shared]);
  const queues = queueUrls(ANY_PIPELINE, awsUrl);
  platform = platformFunctions({
    system,
    resources: { ...resources, ...queues },
    telemetry: telemetry(null),
    clock,
  });
  let ending = false;
  claim.admin.serve(actionsOf(pipelines, guests, options, () => ending));
  await claim.publish(nulled(emulators.environment));
  return {
    ...begun,
    functionsUrl: urls?.url ?? null,
    token,
    mailDir: emulators.mailDir,
    get pids() {
      return [emulators.pid, ...services.pids];
    },
    guests,
    failure: emulators.failure,
    use: (each) => pipelines.use(each),
    async serveApi(names, port) {
      const find = async (name: string) => {
        if (!options.load || !names().includes(name)) return null;
        // As it was put to work: a definition that was changed since is another process's.
        const atWork = pipelines.optionsOf(name) ?? (await options.load(name));
        await pipelines.use(atWork);
        return atWork.pipeline;
      };
      const { serveHttpApi } = await import('./http-api.ts');
      const served = await serveHttpApi({
        ...{ definitions: { names, find }, telemetry: telemetry(null), stateDir, port },
        resources: { ...resources, ...queues },
      });
      teardown.add(served.stop);
      return served;
    },
    guestsGone: () => guests.gone(),
    async stop() {
      // From here on a terminal that wants to join waits for the folder instead.
      ending = true;
      await teardown.run();
    },
  };
}

/** Points this process at the emulators, with the one table and bucket of the project. */
async function share(
  emulators: Emulators,
  { callbackKey, functionsUrl }: { readonly callbackKey: string; readonly functionsUrl: string },
  table: CreateTableCommandInput,
  teardown: Teardown,
): Promise<Shared> {
  teardown.add(emulators.stop);
  teardown.add(applyEnvironment(emulators.environment));
  const sqs = new SQSClient({ md5: false });
  sendMessagesDirectly(sqs);
  teardown.add(() => sqs.destroy());
  const storage = createTable(table);
  // A start that fails elsewhere leaves it no request in the air.
  teardown.add(() => storage.catch(() => undefined));
  const resources = { table: table.TableName ?? '', objects: BUCKET, mail: MAIL_FROM, mailSet: '', events: EVENT_BUS };
  return { sqs, awsUrl: emulators.awsUrl, resources: { ...resources, callbackKey }, functionsUrl, storage };
}

/** What other terminals may ask. */
function actionsOf(
  pipelines: LocalPipelines,
  guests: Guests,
  { load }: Pick<PlatformOptions, 'load'>,
  ending: () => boolean,
): AdminActions {
  const joining = async ({ pipeline, endpointUrl }: JoinRequest, connection: ServerResponse) => {
    connection.writeHead(200, { 'content-type': 'application/x-ndjson' });
    const refuse = (refused: string, why: 'ending' | 'asked' | 'failed') => {
      say(connection, { refused, why });
      connection.end();
    };
    if (ending()) return refuse('The process that works here is about to end.', 'ending');
    if (!load) return refuse('The process that works here takes no other pipeline on.', 'failed');
    // Counted from here on: the host doesn't end while it starts something for a guest.
    guests.admit(pipeline, connection);
    try {
      const { fresh } = await pipelines.use({ ...(await load(pipeline)), endpointUrl });
      say(connection, { joined: { fresh } });
    } catch (error) {
      const asked = error instanceof InputError || error instanceof DefinitionError;
      refuse(error instanceof Error ? error.message : String(error), asked ? 'asked' : 'failed');
    }
  };
  return {
    pipelines: () => pipelines.names,
    async pause(name) {
      const pipeline = pipelines.get(name);
      await pipeline?.pause('work');
      return pipeline !== undefined;
    },
    resume(name) {
      const pipeline = pipelines.get(name);
      pipeline?.resume('work');
      return pipeline !== undefined;
    },
    join: joining,
  };
}

/** The terminals that follow a pipeline hear what its functions log as errors. */
function toldTo(guests: Guests, pipeline: string, telemetry: Pick<Process, 'log' | 'metrics'>) {
  const { log, metrics } = telemetry;
  const error: Process['log']['error'] = (message, fields) => {
    log.error(message, fields);
    guests.tell(pipeline, { error: message, ...(fields && { fields }) });
  };
  return { log: { info: log.info, warn: log.warn, error }, metrics };
}

/** As JSON has it. */
function nulled(environment: Emulators['environment']): Record<string, string | null> {
  return Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, value ?? null]));
}
