import type { SQSClient } from '@aws-sdk/client-sqs';
import type { FunctionName } from '../functions/system.ts';
import type { Pipeline } from '../shared/author/definition.ts';
import { hasReportLinks } from '../shared/author/recipients.ts';
import type { AnyQueue } from '../shared/domain/queues.ts';
import { LOCAL_REGION } from '../shared/host/arn.ts';
import { EventSource } from '../shared/host/event-source.ts';
import type { System } from '../shared/lambda/declaration.ts';
import { connectOperator } from '../shared/lambda/operator.ts';
import type { ResourceName } from '../shared/lambda/resources.ts';
import { wiringOf } from '../shared/lambda/wiring.ts';
import type { Clock } from '../shared/ports/clock.ts';
import type { Process } from '../shared/ports/deps.ts';
import type { AskedHere } from './asked-here.ts';
import type { LocalRoute } from './function-urls.ts';
import { loadFunctions, pipelineFunctions, routeBase } from './functions.ts';
import type { HostLogger } from './lambda.ts';
import { createQueues, queueAddresses, queueUrls } from './resources.ts';
import { startSchedules } from './schedules.ts';
import type { ServicePool } from './service-pool.ts';
import { sqsSource } from './sqs-source.ts';
import { Teardown } from './teardown.ts';

/** A pipeline, and what of it isn't in its definition. */
export interface LocalPipelineOptions extends AskedHere {
  readonly pipeline: Pipeline;
  /** Digest of its definition and of the code that reduces. */
  readonly reduceDigest: string;
}

/** What all pipelines of a project share, once it is there. */
export interface Shared {
  readonly sqs: SQSClient;
  /** Base URL of SQS. */
  readonly awsUrl: string;
  readonly resources: Readonly<Record<'table' | 'objects' | 'mail' | 'mailSet' | 'events' | 'callbackKey', string>>;
  /** Base URL of functions that have routes; empty where none has. */
  readonly functionsUrl: string;
  /** Resolves when table and bucket are there. */
  readonly storage: Promise<void>;
}

interface Surroundings {
  readonly system: System<FunctionName>;
  /** The services start while this comes to be. */
  readonly shared: Promise<Shared>;
  readonly services: ServicePool;
  readonly telemetry: Pick<Process, 'log' | 'metrics'>;
  readonly logger: HostLogger;
  readonly clock?: Clock | undefined;
  /** True starts runs by the pipeline's cron. The sweeper is always scheduled. */
  readonly schedules: boolean;
}

/** A pipeline at work on this machine. */
export interface LocalPipeline {
  /** What its functions know of this machine. */
  readonly resources: Readonly<Record<ResourceName, string>>;
  /** Server of live traffic; null where the service is the user's own. */
  readonly liveUrl: string | null;
  /** Server that gets the pipeline's calls. */
  readonly cloneUrl: string;
  readonly routes: readonly LocalRoute[];
  /** Resolves when its service ends on its own: none of its calls works from then on. */
  readonly failure: Promise<Error>;
  /** Runs a function as the console's Test button does. @throws what the function threw. */
  invoke(name: string, event: unknown): Promise<unknown>;
  /** Disables the queue's mapping; once resolved no message is taken. */
  pause(queue: AnyQueue): Promise<void>;
  resume(queue: AnyQueue): void;
  /** Ends schedules and mappings, leaving running invocations two seconds. */
  stop(): Promise<void>;
}

/** Nothing ends that isn't ours. */
const NEVER: Promise<Error> = new Promise(() => undefined);

/**
 * Puts a pipeline to work as it is deployed: its queues, its service, its functions behind their event-source mappings, and the
 * sweeper's schedule.
 * @throws {Error} where its service doesn't start
 */
export async function startPipeline(
  { pipeline, reduceDigest, endpointUrl, account }: LocalPipelineOptions,
  surroundings: Surroundings,
): Promise<LocalPipeline> {
  const { system, services, telemetry, logger, clock } = surroundings;
  const { service, url } = pipeline.endpoint;
  const own = endpointUrl === undefined && service !== undefined ? services.get(service) : null;
  const loaded = loadFunctions(system);
  await Promise.allSettled([surroundings.shared, own, loaded]);
  await loaded;
  const pair = await own;
  const { sqs, awsUrl, resources: common, functionsUrl, storage } = await surroundings.shared;

  const wiring = wiringOf(system, pipeline);
  const queues = queueAddresses(pipeline.name, awsUrl);
  const cloneUrl = (endpointUrl ?? pair?.clone.listening ?? url ?? '').replace(/\/+$/, '');
  const resources = {
    ...queueUrls(pipeline.name, awsUrl),
    ...common,
    endpoint: cloneUrl,
    endpointAuth: 'NONE',
    reportLinkKey: common.callbackKey,
    reportLinkUrl: hasReportLinks(pipeline.report) ? `${functionsUrl}${routeBase(pipeline.name, 'report-link')}` : '',
    callbackUrl: pipeline.callback ? `${functionsUrl}${routeBase(pipeline.name, 'callback')}` : '',
    reduceDigest,
  };
  const { gateStore } = connectOperator(pipeline, resources, LOCAL_REGION, telemetry);
  // Before the first call: what was learned of a service under another address says nothing of this one.
  const meeting = storage.then(() => (URL.canParse(cloneUrl) ? gateStore.meet(new URL(cloneUrl).origin) : undefined));
  await Promise.all([createQueues(sqs, wiring, queues), meeting]);
  const { invoke, routes } = pipelineFunctions(pipeline, {
    system,
    resources,
    telemetry,
    clock,
    serviceGone: pair?.clone.gone,
    account,
  });

  const teardown = new Teardown();
  const sources = wiring.mappings.map((mapping) => {
    const { url, arn } = queues[mapping.queue];
    const source = new EventSource({
      queue: sqsSource({ client: sqs, queueUrl: url, queueArn: arn, logger }),
      mapping,
      invoke: (event) => invoke(mapping.function, event),
      warn: (text) => logger.warn(text),
    });
    return { mapping, source };
  });
  teardown.add(async () => {
    await Promise.all(sources.map(({ source }) => source.stop()));
  });
  teardown.add(
    startSchedules({
      schedules: wiring.schedules.filter((schedule) => !('cron' in schedule) || surroundings.schedules),
      invoke,
      logger,
      clock,
    }),
  );
  const sourcesOf = (queue: AnyQueue) =>
    sources.filter(({ mapping }) => mapping.queue === queue).map(({ source }) => source);
  return {
    resources,
    liveUrl: pair?.live.listening ?? null,
    cloneUrl,
    routes,
    failure: pair?.failure ?? NEVER,
    invoke: async (name, event) => json(await invoke(name, json(event))),
    async pause(queue) {
      await Promise.all(sourcesOf(queue).map((source) => source.pause()));
    },
    resume(queue) {
      for (const source of sourcesOf(queue)) source.resume();
    },
    stop: () => teardown.run(),
  };
}

/** What is left of a payload on its way through JSON. */
const json = (value: unknown): unknown => (value === undefined ? null : JSON.parse(JSON.stringify(value)));
