import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { sendItemsDirectly } from '../adapters/direct/dynamodb.ts';
import { sendMessagesDirectly } from '../adapters/direct/sqs.ts';
import { dynamoStores } from '../adapters/dynamodb/dynamo-stores.ts';
import { DynamoTable } from '../adapters/dynamodb/dynamo-table.ts';
import { gateNamesOf } from '../adapters/dynamodb/fence.ts';
import { gateStore } from '../adapters/dynamodb/gate.ts';
import type { ItemTable } from '../adapters/dynamodb/item-table.ts';
import { type FetchSecret, fromEnvironment } from '../adapters/endpoints/secrets.ts';
import { s3Objects } from '../adapters/s3/objects.ts';
import { sqsQueue } from '../adapters/sqs/sqs-queue.ts';
import { triesOf } from '../adapters/tries.ts';
import type { Pipeline } from '../author/definition.ts';
import { endpointWords } from '../author/endpoint.ts';
import type { Outside, SourceFiles } from '../author/source.ts';
import { overFiles } from '../author/sources/over-files.ts';
import { SourceDataError } from '../domain/errors.ts';
import { type AnyQueue, MESSAGES, OPTIONAL_MESSAGES } from '../domain/queues.ts';
import { lazyValues } from '../domain/records.ts';
import type { CallStore } from '../ports/call-store.ts';
import type { Caller } from '../ports/caller.ts';
import { type Random, systemClock } from '../ports/clock.ts';
import type { AllQueues, Process } from '../ports/deps.ts';
import type { Events } from '../ports/events.ts';
import type { Mailer } from '../ports/mailer.ts';
import type { Notifier } from '../ports/notifier.ts';
import type { ObjectReader } from '../ports/objects.ts';
import type { SignedUrls } from '../ports/signed-urls.ts';
import {
  type Connected,
  type PlatformConnected,
  type PlatformUses,
  platformPortsOf,
  portsOf,
  type Uses,
} from '../ports/uses.ts';
import { calledEndpoint } from './called-endpoint.ts';
import { type Environment, queueUrl, RESOURCES, type ResourceReader, readResources } from './resources.ts';
import { emfMetrics, lambdaLog } from './telemetry.ts';
import { usesWithSource } from './uses-with-source.ts';

const systemRandom: Random = { next: () => Math.random(), id: () => randomUUID() };

/**
 * How long one try of a call may wait for its answer. Tables and queues answer in milliseconds, and nobody long-polls through
 * these clients; an object's try sends or fetches megabytes.
 */
export const TRY_MS = { dynamodb: 3_000, sqs: 3_000, s3: 20_000 } as const;

/** Tries of a call at most. */
const TRIES = 5;

/** Makes the ports that few functions have. A function hands in those that it uses, so that no other's bundle holds them. */
export interface PortMakers {
  calls(table: ItemTable, pipeline: string): CallStore;
  endpoint(resources: ResourceReader, pipeline: Pipeline): Caller;
  callbacks(resources: ResourceReader): SignedUrls;
  reportLinks(resources: ResourceReader): SignedUrls;
  channels(resources: ResourceReader): Notifier;
  mail(resources: ResourceReader): Mailer;
  events(resources: ResourceReader): Events;
}
/** Opens the files that a source reads, for whoever plans or reads it. */
export type OpenFiles = (objects: () => ObjectReader, s3: () => S3Client) => SourceFiles;

type MakersOf<U> = Pick<PortMakers, Extract<keyof U, keyof PortMakers>>;

export interface ConnectOptions {
  /** Where it logs and counts; CloudWatch by default. */
  readonly telemetry?: Pick<Process, 'log' | 'metrics'> | undefined;
  readonly tryMs?: Readonly<Record<keyof typeof TRY_MS, number>>;
  /** By default sources read no files. */
  readonly files?: OpenFiles | undefined;
  /** Where a source's secrets come from; this machine's environment by default. */
  readonly secrets?: (region: string) => FetchSecret;
  /** Messages that a queue has room for; by default any number. */
  readonly queueRoom?: number;
}

/** The name that functions of the platform log and count under, which no pipeline can have. */
const PLATFORM = '(platform)';

/**
 * Builds the ports that a pipeline's function uses, and nothing else, from the variables of these. They live as long as the
 * process: clients with their connections, and all that is built on them.
 * @throws {Error} naming each variable that is missing or wrong
 */
export function connect<const U extends Uses>(
  uses: U,
  env: Environment,
  options: ConnectOptions & { readonly pipeline: Pipeline } & PortMakers,
): Connected<U>;
export function connect<const U extends Uses>(
  uses: U,
  env: Environment,
  options: ConnectOptions & { readonly pipeline: Pipeline } & MakersOf<U>,
): Connected<U>;
export function connect(
  uses: Uses,
  env: Environment,
  options: ConnectOptions & { readonly pipeline: Pipeline } & Partial<PortMakers>,
): unknown {
  const resources = readResources(usesWithSource(uses, options.pipeline), env);
  const clients = lazyClients(resources, options);
  const { files } = options;
  const objects = () => objectsOf(clients, resources, options.pipeline.name);
  const pipeline = files
    ? overFiles(options.pipeline, () => {
        const opened = files(objects, clients.s3);
        return { ...opened, outside: outsideOf(env, resources.region, opened, options) };
      })
    : options.pipeline;
  return portsOf(uses, {
    ...processOf(pipeline.name, options),
    pipeline,
    get stores() {
      return dynamoStores({ client: clients.dynamodb(), table: resources.read('table'), pipeline: pipeline.name });
    },
    get objects() {
      return objects();
    },
    get gateStore() {
      return gateStore(new DynamoTable(clients.dynamodb(), resources.read('table')), gateNamesOf(pipeline));
    },
    queues: queuesOf(clients, options, (name) => resources.read(name)),
    get calls() {
      return given(options.calls, 'calls')(new DynamoTable(clients.dynamodb(), resources.read('table')), pipeline.name);
    },
    get caller() {
      return given(options.endpoint, 'endpoint')(resources, pipeline);
    },
    get callbacks() {
      return given(options.callbacks, 'callbacks')(resources);
    },
    get reportLinks() {
      return given(options.reportLinks, 'reportLinks')(resources);
    },
    get mailer() {
      return given(options.mail, 'mail')(resources);
    },
    get mailFrom() {
      return resources.read('mail');
    },
    get events() {
      return given(options.events, 'events')(resources);
    },
    get notifier() {
      return given(options.channels, 'channels')(resources);
    },
    get reduceDigest() {
      return resources.read('reduceDigest');
    },
  });
}

/**
 * {@link connect}, for a function of the platform: it has no definition, and says of which pipeline the records, objects and
 * queues are that it wants.
 */
export function connectPlatform<const U extends PlatformUses>(
  uses: U,
  env: Environment,
  options: ConnectOptions & Omit<PortMakers, 'endpoint' | 'callbacks' | 'reportLinks' | 'channels'>,
): PlatformConnected<U>;
export function connectPlatform<const U extends PlatformUses>(
  uses: U,
  env: Environment,
  options: ConnectOptions & MakersOf<U>,
): PlatformConnected<U>;
export function connectPlatform(
  uses: PlatformUses,
  env: Environment,
  options: ConnectOptions & Partial<PortMakers>,
): unknown {
  const resources = readResources(uses, env);
  const clients = lazyClients(resources, options);
  return platformPortsOf(uses, {
    ...processOf(PLATFORM, options),
    storesOf: (pipeline) => dynamoStores({ client: clients.dynamodb(), table: resources.read('table'), pipeline }),
    objectsOf: (pipeline) => objectsOf(clients, resources, pipeline),
    callsOf: (pipeline) =>
      given(options.calls, 'calls')(new DynamoTable(clients.dynamodb(), resources.read('table')), pipeline),
    queuesOf: (pipeline) => queuesOf(clients, options, (name) => queueUrl(resources.read(name), pipeline)),
    get mailer() {
      return given(options.mail, 'mail')(resources);
    },
    get mailFrom() {
      return resources.read('mail');
    },
    get events() {
      return given(options.events, 'events')(resources);
    },
  });
}

function outsideOf(
  env: Environment,
  region: string,
  { account }: SourceFiles,
  { pipeline, secrets = () => fromEnvironment(process.env) }: ConnectOptions & { readonly pipeline: Pipeline },
): Outside {
  return {
    region,
    account: account ?? null,
    secret: secrets(region),
    endpoint: () => {
      if (!env[RESOURCES.endpoint.variable])
        throw new SourceDataError(
          `The list is of ${endpointWords(pipeline.endpoint)}, which isn't called from here: name its address with --endpoint.`,
        );
      return calledEndpoint(readResources({ endpoint: 'call' }, env), pipeline);
    },
  };
}

function processOf(name: string, { telemetry }: ConnectOptions): Process {
  const { log, metrics } = telemetry ?? { log: lambdaLog(name), metrics: emfMetrics(name) };
  return { clock: systemClock, random: systemRandom, log, metrics };
}

function objectsOf(clients: Clients, resources: ResourceReader, pipeline: string) {
  return s3Objects({ client: clients.s3(), bucket: resources.read('objects'), prefix: `runs/${pipeline}/` });
}

/** Each queue is made when it is asked for: only those that are declared have a URL. */
function queuesOf(clients: Clients, { queueRoom: room }: ConnectOptions, urlOf: (name: AnyQueue) => string): AllQueues {
  return lazyValues({ ...MESSAGES, ...OPTIONAL_MESSAGES }, (name) =>
    sqsQueue<unknown>({ client: clients.sqs(), url: urlOf(name), room }),
  );
}

/** A maker is there wherever its use is declared: the types of {@link connect} see to it. */
function given<M>(maker: M | undefined, use: string): M {
  if (maker) return maker;
  throw new TypeError(`Nothing makes the port of the use ${use}.`);
}

type Clients = ReturnType<typeof lazyClients>;

/** Each client once, when the first port on it is made. */
function lazyClients({ region }: ResourceReader, { tryMs = TRY_MS }: ConnectOptions) {
  // All that is called here can be called twice. A forwarder writes for ten messages at once; the 50 sockets that a client
  // opens by default are plenty.
  const options = { region, maxAttempts: TRIES };
  // The first try of what is sent directly is none of the SDK's.
  const direct = { ...options, maxAttempts: TRIES - 1, cacheMiddleware: true };
  return {
    dynamodb: once(() =>
      directly(sendItemsDirectly, new DynamoDBClient({ ...direct, requestHandler: triesOf(tryMs.dynamodb) })),
    ),
    s3: once(() =>
      quiet(
        new S3Client({
          ...options,
          requestHandler: triesOf(tryMs.s3),
          // Checksums beyond what S3 asks for cost CPU on every object; TLS and S3 check the bytes as it is.
          requestChecksumCalculation: 'WHEN_REQUIRED',
          responseChecksumValidation: 'WHEN_REQUIRED',
        }),
      ),
    ),
    sqs: once(() =>
      directly(sendMessagesDirectly, new SQSClient({ ...direct, requestHandler: triesOf(tryMs.sqs), md5: false })),
    ),
  };
}

/** With a short way for its most frequent commands. */
function directly<C extends { readonly middlewareStack: { remove(name: string): boolean } }>(
  set: (client: C) => void,
  client: C,
): C {
  set(client);
  return quiet(client);
}

/** Without the middleware that copies each request and answer for a log that isn't configured. */
function quiet<C extends { readonly middlewareStack: { remove(name: string): boolean } }>(client: C): C {
  client.middlewareStack.remove('loggerMiddleware');
  return client;
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
