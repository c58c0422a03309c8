import { resolve } from 'node:path';
import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { type FunctionName, SYSTEM } from '../functions/system.ts';
import type { Pipeline } from '../shared/author/definition.ts';
import { mapValues } from '../shared/domain/records.ts';
import { EventSource } from '../shared/host/event-source.ts';
import type { System } from '../shared/lambda/declaration.ts';
import type { ResourceName } from '../shared/lambda/resources.ts';
import { wiringOf } from '../shared/lambda/wiring.ts';
import type { Clock } from '../shared/ports/clock.ts';
import type { Process, QueueName } from '../shared/ports/deps.ts';
import { startAdmin } from './admin.ts';
import { type Emulators, startEmulators } from './emulators.ts';
import { applyEnvironment, BUCKET } from './environment.ts';
import { startFunctionUrls } from './function-urls.ts';
import { localFunctions } from './functions.ts';
import { claimState } from './host-file.ts';
import type { HostLogger } from './lambda.ts';
import { createQueues, createStorage, queueAddresses } from './resources.ts';
import { startSchedules } from './schedules.ts';
import type { ServerProcess } from './server-process.ts';
import { startService } from './services.ts';
import { sqsSource } from './sqs-source.ts';

/** Mail sender of every embedded run. */
const MAIL_FROM = 'microprocess@example.com';

export interface HostOptions {
  readonly pipeline: Pipeline;
  /** What runs; by default all that is deployed. */
  readonly system?: System<FunctionName>;
  /** Where the functions log and count. */
  readonly telemetry: Pick<Process, 'log' | 'metrics'>;
  /** Folder for all state; a later start reads what an earlier one wrote. One host at a time. */
  readonly stateDir: string;
  /** Digest of the definition and code that reduce: a run goes on behind a change of them. */
  readonly reduceDigest: string;
  readonly tableDefinition: CreateTableCommandInput;
  /** A service that already runs and gets the calls; otherwise the pipeline's own is started, live and clone. */
  readonly endpointUrl?: string | undefined;
  /** True starts runs by the pipeline's cron. The sweeper is always scheduled. */
  readonly schedules?: boolean;
  readonly logger?: HostLogger;
  readonly clock?: Clock | undefined;
  /** Folder of all services; the project's own by default. */
  readonly servicesDir?: string | undefined;
}

/** A pipeline running on this machine. */
export interface Host {
  /** What its functions know of this machine. */
  readonly resources: Readonly<Record<ResourceName, string>>;
  /** Base URL of the functions that have routes; null where none has. */
  readonly functionsUrl: string | null;
  /** What another terminal needs to ask something of it, and callers of routes that want IAM. */
  readonly token: string;
  /** Server of live traffic; null where the service is the user's own. */
  readonly liveUrl: string | null;
  /** Server that gets the pipeline's calls. */
  readonly cloneUrl: string;
  /** Folder of sent mails: `<MessageId>.eml` and `<MessageId>.json` each. */
  readonly mailDir: string;
  /** Ids of the processes started. */
  readonly pids: readonly number[];
  /** Resolves when a process ends on its own: nothing works from then on, and only {@link stop} is left. */
  readonly failure: Promise<Error>;
  /** Runs a function as the console's Test button does. @throws what the function threw. */
  invoke(name: string, event: unknown): Promise<unknown>;
  /** Disables the queue's mapping; once resolved no message is taken. */
  pause(queue: QueueName): Promise<void>;
  resume(queue: QueueName): void;
  /** Ends everything started, leaving running invocations two seconds. */
  stop(): Promise<void>;
}

/** Steps back out of what was started, last first, each step once. */
class Teardown {
  readonly #steps: (() => void | Promise<void>)[] = [];

  add(step: () => void | Promise<void>): void {
    this.#steps.push(step);
  }

  async run(): Promise<void> {
    for (let step = this.#steps.pop(); step; step = this.#steps.pop()) await step();
  }
}

/**
 * Starts a pipeline on this machine as it is deployed: emulated SQS, S3, DynamoDB and SES, the service and its clone, the
 * functions behind their event-source mappings, and the sweeper's schedule. While it runs, `process.env` points the AWS
 * SDKs at the emulators; one host per process. Its address stands in `host.json` of the state directory, so that other
 * terminals can look at its runs and control them.
 * @throws {StateBusyError} while another process uses the state directory
 * @throws {Error} where a part doesn't start; whatever had been started is ended before.
 */
export async function startHost(options: HostOptions): Promise<Host> {
  const teardown = new Teardown();
  try {
    return await start(options, teardown);
  } catch (error) {
    await teardown.run();
    throw error;
  }
}

async function start(options: HostOptions, teardown: Teardown): Promise<Host> {
  const { pipeline, system = SYSTEM, tableDefinition, logger = console } = options;
  const stateDir = resolve(options.stateDir);
  const wiring = wiringOf(system, pipeline);
  const claim = await claimState(stateDir, 'host');
  teardown.add(claim.release);
  const { emulators, live, clone } = await startServers({ ...options, stateDir }, teardown);
  teardown.add(applyEnvironment(emulators.environment));

  const sqs = new SQSClient({});
  teardown.add(() => sqs.destroy());
  const queues = queueAddresses(pipeline.name, wiring, emulators.awsUrl);
  await Promise.all([createQueues(sqs, wiring, queues), createStorage(tableDefinition)]);

  const cloneUrl = (options.endpointUrl ?? clone?.listening ?? '').replace(/\/+$/, '');
  const resources = {
    ...mapValues(queues, ({ main }) => main.url),
    table: tableDefinition.TableName ?? '',
    objects: BUCKET,
    endpoint: cloneUrl,
    endpointAuth: 'NONE',
    mail: MAIL_FROM,
    events: '',
    reduceDigest: options.reduceDigest,
  };
  const { invoke, routes } = localFunctions({ ...options, system, resources });
  const sources = wiring.mappings.map((mapping) => {
    const { url, arn } = queues[mapping.queue][mapping.deadLetter ? 'deadLetter' : 'main'];
    const queue = sqsSource({ client: sqs, queueUrl: url, queueArn: arn, logger });
    const source = new EventSource({
      queue,
      mapping,
      invoke: (event) => invoke(mapping.function, event),
      warn: (text) => logger.warn(text),
    });
    return { mapping, source };
  });
  teardown.add(async () => {
    await Promise.all(sources.map(({ source }) => source.stop()));
  });
  const sourcesOf = (queue: QueueName) =>
    sources.filter(({ mapping }) => mapping.queue === queue && !mapping.deadLetter).map(({ source }) => source);
  teardown.add(
    startSchedules({
      schedules: wiring.schedules.filter((schedule) => !('cron' in schedule) || options.schedules === true),
      invoke,
      logger,
      clock: options.clock,
    }),
  );

  const pause = async (queue: QueueName) => {
    await Promise.all(sourcesOf(queue).map((source) => source.pause()));
  };
  const resume = (queue: QueueName) => {
    for (const source of sourcesOf(queue)) source.resume();
  };
  const admin = await startAdmin({ pause: () => pause('work'), resume: () => resume('work') });
  teardown.add(admin.stop);
  const { token } = admin.address;
  const urls = routes.length > 0 ? await startFunctionUrls({ routes, token, logger }) : null;
  if (urls) teardown.add(urls.stop);
  const pointing = Object.entries(emulators.environment).map(([name, value]): [string, string | null] => [
    name,
    value ?? null,
  ]);
  await claim.publish({ emulators: Object.fromEntries(pointing), resources, admin: admin.address });

  const servers = [emulators, live, clone].filter((server) => server !== undefined);
  return {
    resources,
    functionsUrl: urls?.url ?? null,
    token,
    liveUrl: live?.listening ?? null,
    cloneUrl,
    mailDir: emulators.mailDir,
    pids: servers.map(({ pid }) => pid),
    failure: Promise.race(servers.map(({ failure }) => failure)),
    invoke: async (name, event) => json(await invoke(name, json(event))),
    pause,
    resume,
    stop: () => teardown.run(),
  };
}

interface Servers {
  readonly emulators: Emulators;
  readonly live?: ServerProcess<string>;
  readonly clone?: ServerProcess<string>;
}

/** Starts all processes at once; when one fails, the others are still put down for teardown. */
async function startServers(options: HostOptions, teardown: Teardown): Promise<Servers> {
  const { stateDir, pipeline, endpointUrl, servicesDir } = options;
  const logDir = resolve(stateDir, 'logs');
  const started = async <S extends { stop(): Promise<void> }>(starting: Promise<S>): Promise<S> => {
    const server = await starting;
    teardown.add(server.stop);
    return server;
  };
  const service = (role: 'live' | 'clone') =>
    started(startService({ service: pipeline.endpoint.service, role, logDir, servicesDir }));
  const emulators = started(startEmulators({ stateDir }));
  const services = endpointUrl === undefined ? [service('live'), service('clone')] : [];
  await Promise.allSettled([emulators, ...services]);
  const [live, clone] = await Promise.all(services);
  return { emulators: await emulators, ...(live && clone ? { live, clone } : {}) };
}

/** What is left of a payload on its way through JSON. */
const json = (value: unknown): unknown => (value === undefined ? null : JSON.parse(JSON.stringify(value)));
