import type { Context } from 'aws-lambda';
import type { Pipeline } from '../author/definition.ts';
import type { AnyQueue, OptionalQueue, QueueName } from '../domain/queues.ts';
import type { Connected, PlatformConnected, PlatformUses, Uses } from '../ports/uses.ts';

export type Handler = (event: unknown, context: Context) => Promise<unknown>;

/** The queue behind all queues of a pipeline, of what they gave up on. */
export const DEAD_LETTERS = 'dead-letters';
export type DeadLetters = typeof DEAD_LETTERS;

/** Messages that invoke a function: a queue's, or what the queues gave up on. */
export type Takes = {
  readonly queue: AnyQueue | DeadLetters;
  /** Messages of one invocation at most. */
  readonly batch: Of<number>;
  /** Invocations at once at most, for each queue. */
  readonly concurrency: Of<number>;
};

/** By the clock: a cron of five fields in a time zone, or every so many seconds. */
export type Schedule = { readonly cron: string; readonly timeZone: string } | { readonly everySeconds: number };

/** A URL of the function's own, which answers this method and path alone. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** `{name}` stands for one segment, `{name?}` at the end for one that may be left out. */
  readonly path: `/${string}`;
  /** `iam`: callers sign with SigV4. `signed-token`: anyone may call, and the function lets in a token that we signed. */
  readonly auth: 'iam' | 'signed-token';
}

/** A value, or what it is for one pipeline. */
export type Of<T> = T | ((pipeline: Pipeline) => T);

interface Declaration<U> {
  /** What it does, after its pipeline's name. */
  readonly purpose: string;
  readonly memoryMB: number;
  readonly route?: Route;
  readonly uses: U;
  /** Loads the handler's module. */
  load(): Promise<MakeHandler>;
}

/** Give a function the ports that it declares; each host has its own. */
export interface Connectors {
  ofPipeline<const U extends Uses>(uses: U): Connected<U>;
  ofPlatform<const U extends PlatformUses>(uses: U): PlatformConnected<U>;
}

/** Makes a handler with its ports: once for each concurrent environment. */
export type MakeHandler = (connectors: Connectors) => Handler;

/** A Lambda function that each pipeline has of its own. */
export interface PipelineFunction extends Declaration<Uses> {
  readonly scope: 'pipeline';
  /** Whether a pipeline has it; by default each does. */
  readonly isFor?: (pipeline: Pipeline) => boolean;
  readonly timeoutSeconds: Of<number>;
  readonly takes?: Takes;
  /** Undefined for a pipeline that isn't scheduled. */
  readonly schedule?: Of<Schedule | undefined>;
  /** Invocations that crash or run out of time within five minutes before people hear of it. Default 1. */
  readonly crashes?: number;
}

/** A Lambda function that a stage has once. */
export interface PlatformFunction extends Declaration<PlatformUses> {
  readonly scope: 'platform';
  readonly timeoutSeconds: number;
}

/** Everything that a stage deploys, by name: what CDK, the embedded host, the chaos world and the tests read. */
export interface System<N extends string = string> {
  readonly queues: Readonly<Record<QueueName, QueueDeclaration>>;
  readonly optionalQueues: Readonly<Record<OptionalQueue, OptionalQueueDeclaration>>;
  readonly functions: Readonly<Record<N, PipelineFunction | PlatformFunction>>;
}

export interface QueueDeclaration {
  /** Receives after which a message moves to the queue's dead-letter queue: a backstop, never the retry policy. */
  readonly maxReceiveCount: number;
}

/** A queue that a pipeline has only where this says so. */
export interface OptionalQueueDeclaration extends QueueDeclaration {
  isFor(pipeline: Pipeline): boolean;
}

type Loads<P> = {
  /** Lazy: to synthesise a stack, no handler is loaded. */
  readonly handler: () => Promise<(ports: P) => Handler>;
};

/** Declares a function of a pipeline. Its handler gets what `uses` names: one that needs another port is a type error. */
export function pipelineFunction<const U extends Uses>({
  handler,
  ...rest
}: Omit<PipelineFunction, 'scope' | 'load' | 'uses'> & { readonly uses: U } & Loads<Connected<U>>): PipelineFunction {
  const load = async (): Promise<MakeHandler> => {
    const make = await handler();
    return ({ ofPipeline }) => make(ofPipeline(rest.uses));
  };
  return { ...rest, scope: 'pipeline', load };
}

/** Declares a function of the platform: it serves all pipelines of a stage, and has no definition. */
export function platformFunction<const U extends PlatformUses>({
  handler,
  ...rest
}: Omit<PlatformFunction, 'scope' | 'load' | 'uses'> & { readonly uses: U } & Loads<
    PlatformConnected<U>
  >): PlatformFunction {
  const load = async (): Promise<MakeHandler> => {
    const make = await handler();
    return ({ ofPlatform }) => make(ofPlatform(rest.uses));
  };
  return { ...rest, scope: 'platform', load };
}
