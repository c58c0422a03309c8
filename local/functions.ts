import { fromEnvironment } from '../shared/adapters/endpoints/secrets.ts';
import type { Pipeline } from '../shared/author/definition.ts';
import type { AccountAccess } from '../shared/author/source.ts';
import { mapValues } from '../shared/domain/records.ts';
import { LOCAL_REGION } from '../shared/host/arn.ts';
import { callRecords } from '../shared/lambda/call-records.ts';
import { channelsOf } from '../shared/lambda/channels.ts';
import { connect, connectPlatform, type PortMakers } from '../shared/lambda/connect.ts';
import type { Connectors, System } from '../shared/lambda/declaration.ts';
import { endpointOf } from '../shared/lambda/endpoint.ts';
import { events } from '../shared/lambda/events.ts';
import { mail } from '../shared/lambda/mail.ts';
import { environmentOf, type Resources } from '../shared/lambda/resources.ts';
import { signedUrlsOf } from '../shared/lambda/signed-urls.ts';
import { usesWithSource } from '../shared/lambda/uses-with-source.ts';
import { wiringOf } from '../shared/lambda/wiring.ts';
import type { Clock } from '../shared/ports/clock.ts';
import type { Process } from '../shared/ports/deps.ts';
import type { Uses } from '../shared/ports/uses.ts';
import { fromFile } from './callback-key.ts';
import type { LocalAddress, LocalRoute } from './function-urls.ts';
import { LocalFunction } from './local-function.ts';
import { callerOf } from './service-caller.ts';
import { filesHere } from './source-files.ts';

/**
 * Messages that one of the emulated queues may hold before a splitter waits: they lie in memory, of up to 60 KB each. What other
 * functions send replaces a message that they took.
 */
const QUEUE_ROOM = 1_000;

export interface LocalFunctionsOptions<N extends string> {
  readonly system: System<N>;
  /** What functions know of this machine. */
  readonly resources: Resources;
  readonly telemetry: Pick<Process, 'log' | 'metrics'>;
  readonly clock?: Clock | undefined;
}

export interface PipelineFunctionsOptions<N extends string> extends LocalFunctionsOptions<N> {
  /** Aborts when the process ends that gets the pipeline's calls; absent where it is none of this host's. */
  readonly serviceGone?: AbortSignal | undefined;
  /** What the source may read besides files. */
  readonly account?: AccountAccess | undefined;
}

export interface LocalFunctions {
  /** @throws what the function threw */
  invoke(name: string, event: unknown): Promise<unknown>;
  /** Those that have a route. */
  readonly routes: readonly LocalRoute[];
}

/**
 * Loads what all functions run, as deployed ones do by the time they are called. A function that can't be loaded would fail each of its
 * messages, and nobody would be told.
 */
export async function loadFunctions<N extends string>({ functions }: System<N>): Promise<void> {
  await Promise.all(Object.values(mapValues(functions, ({ load }) => load())));
}

/** A pipeline's functions, on this machine: each environment's handler gets the ports that its declaration names. */
export function pipelineFunctions<N extends string>(
  pipeline: Pipeline,
  options: PipelineFunctionsOptions<N>,
): LocalFunctions {
  const { system, telemetry, clock, serviceGone, account } = options;
  const wiring = wiringOf(system, pipeline);
  const endpointHere: PortMakers['endpoint'] = (...given) => {
    const caller = endpointOf(...given, fromEnvironment(process.env));
    return serviceGone ? callerOf(caller, serviceGone) : caller;
  };
  const { env, ofPlatform } = connecting(options);
  const files = filesHere(pipeline.name, account);
  const connectors: Connectors = {
    ofPipeline: (uses) =>
      connect(uses, env(usesWithSource(uses, pipeline)), {
        pipeline,
        telemetry,
        calls: callRecords,
        endpoint: endpointHere,
        callbacks: (resources) => signedUrlsOf('callbacks', resources, fromFile),
        reportLinks: (resources) => signedUrlsOf('reportLinks', resources, fromFile),
        mail,
        events,
        channels: () => channelsOf(fromEnvironment(process.env)),
        files,
        queueRoom: QUEUE_ROOM,
      }),
    ofPlatform,
  };
  const functions = new Map<string, LocalFunction>();
  const routes: LocalRoute[] = [];
  mapValues(system.functions, (declared, name) => {
    if (declared.scope !== 'pipeline' || declared.isFor?.(pipeline) === false) return;
    const { load, route } = declared;
    const fn = new LocalFunction({
      name: `${pipeline.name}-${name}`,
      wiring: wiring.functions[name],
      create: async () => (await load())(connectors),
      clock,
    });
    functions.set(name, fn);
    if (route) routes.push({ base: routeBase(pipeline.name, name), route, invoke: (event) => fn.invoke(event) });
  });
  return { invoke: invokerOf(functions), routes };
}

/** What stands before the paths of a function's route, below the host's URL. */
export const routeBase = (pipeline: string, functionName: string) => `/pipelines/${pipeline}/${functionName}`;

/** The addresses that are handed out with a token, of any pipeline: they may be called while the pipeline isn't at work here. */
export function expectedRoutes<N extends string>({ functions }: System<N>): LocalAddress[] {
  const found: LocalAddress[] = [];
  mapValues(functions, ({ scope, route }, name) => {
    if (scope === 'pipeline' && route?.auth === 'signed-token')
      found.push({ base: routeBase('{pipeline}', name), route });
  });
  return found;
}

/** The platform's functions, once for all pipelines of a project. */
export function platformFunctions<N extends string>(options: LocalFunctionsOptions<N>): LocalFunctions {
  const connectors: Connectors = {
    ofPipeline() {
      throw new TypeError('A function of the platform has no pipeline.');
    },
    ofPlatform: connecting(options).ofPlatform,
  };
  const functions = new Map<string, LocalFunction>();
  const routes: LocalRoute[] = [];
  mapValues(options.system.functions, (declared, name) => {
    if (declared.scope !== 'platform') return;
    const { load, route } = declared;
    const create = async () => (await load())(connectors);
    const fn = new LocalFunction({ name, wiring: declared, create, clock: options.clock });
    functions.set(name, fn);
    if (route) routes.push({ base: `/platform/${name}`, route, invoke: (event) => fn.invoke(event) });
  });
  return { invoke: invokerOf(functions), routes };
}

/** As deployed: what a declaration names, from the variables of that alone. */
function connecting({ resources, telemetry }: Pick<LocalFunctionsOptions<never>, 'resources' | 'telemetry'>) {
  const env = (uses: Uses) => ({ ...environmentOf(uses, resources), AWS_REGION: LOCAL_REGION });
  const ofPlatform: Connectors['ofPlatform'] = (uses) =>
    connectPlatform(uses, env(uses), { telemetry, calls: callRecords, mail, events });
  return { env, ofPlatform };
}

const invokerOf =
  (functions: ReadonlyMap<string, LocalFunction>): LocalFunctions['invoke'] =>
  async (name, event) => {
    const fn = functions.get(name);
    if (fn) return fn.invoke(event);
    throw new Error(`There is no function ${name}; there are ${[...functions.keys()].join(', ')}.`);
  };
