import type { Pipeline } from '../author/definition.ts';
import { visibilitySeconds } from '../domain/capacity.ts';
import { MONTH_SECONDS, PIPELINE_ALARMS, type Standing } from '../domain/idle-cost.ts';
import { SQS } from '../domain/limits.ts';
import type { AnyQueue, OptionalQueue, QueueName } from '../domain/queues.ts';
import { mapPresent, mapValues } from '../domain/records.ts';
import {
  DEAD_LETTERS,
  type DeadLetters,
  type Of,
  type PipelineFunction,
  type PlatformFunction,
  type QueueDeclaration,
  type Schedule,
  type System,
} from './declaration.ts';

/** What one pipeline has of a system, with every number. */
export interface Wiring<N extends string = string> {
  readonly queues: Readonly<Record<QueueName, QueueWiring>>;
  /** Of the queues that not every pipeline has, those that this one has. */
  readonly optionalQueues: Readonly<Partial<Record<OptionalQueue, QueueWiring>>>;
  readonly deadLetters: Stay;
  readonly functions: Readonly<Record<N, FunctionWiring>>;
  readonly mappings: readonly MappingWiring[];
  readonly schedules: readonly ScheduleWiring[];
}

/** How long a queue's messages stay, and stay out of sight. */
interface Stay {
  readonly visibilitySeconds: number;
  readonly retentionSeconds: number;
}

export interface QueueWiring extends QueueDeclaration, Stay {}

export interface FunctionWiring {
  readonly timeoutSeconds: number;
  readonly memoryMB: number;
  /** Sends to the queue that invokes it: needs `recursiveLoop: ALLOW`, or Lambda cuts the chain after 16 hops. */
  readonly sendsAgain: boolean;
  /** The pipeline has it, and anyone may send it requests: tokens are what lets in. */
  readonly isPublic: boolean;
}

export interface MappingWiring {
  readonly queue: AnyQueue | DeadLetters;
  readonly function: string;
  readonly batchSize: number;
  readonly windowSeconds: number;
  readonly maxConcurrency: number;
}

export type ScheduleWiring = Schedule & { readonly function: string };

/** Works a system's declarations out for one pipeline. Pure. */
export function wiringOf<N extends string>(
  { queues, optionalQueues, functions }: System<N>,
  pipeline: Pipeline,
): Wiring<N> {
  const wired = mapValues(functions, (declared) => functionWiring(declared, pipeline));
  const own = Object.entries<PipelineFunction | PlatformFunction>(functions).flatMap(([name, declared]) =>
    declared.scope === 'pipeline' && hasFunction(declared, pipeline) ? [{ name, declared }] : [],
  );
  const mappings = own.flatMap(({ name, declared }) => mappingsOf(name, declared, pipeline));
  const timeouts = new Map(Object.entries<FunctionWiring>(wired).map(([name, of]) => [name, of.timeoutSeconds]));
  const stay = (queue: AnyQueue | DeadLetters): Stay => {
    const mapping = mappings.find((of) => of.queue === queue);
    if (!mapping) throw new TypeError(`Nothing takes queue ${queue}.`);
    return {
      visibilitySeconds: visibilitySeconds(timeouts.get(mapping.function) ?? 0),
      retentionSeconds: SQS.maxRetentionSeconds,
    };
  };
  return {
    queues: mapValues(queues, (declared, name) => ({ ...declared, ...stay(name) })),
    optionalQueues: mapPresent(
      mapValues(optionalQueues, (declared) => (declared.isFor(pipeline) ? declared : undefined)),
      ({ maxReceiveCount }, name) => ({ maxReceiveCount, ...stay(name) }),
    ),
    deadLetters: stay(DEAD_LETTERS),
    functions: wired,
    mappings,
    schedules: own.flatMap(({ name, declared }) => {
      const schedule = ofPipeline(declared.schedule, pipeline);
      return schedule ? [{ ...schedule, function: name }] : [];
    }),
  };
}

function functionWiring(declared: PipelineFunction | PlatformFunction, pipeline: Pipeline): FunctionWiring {
  const takes = declared.scope === 'pipeline' ? declared.takes : undefined;
  return {
    timeoutSeconds: ofPipeline(declared.timeoutSeconds, pipeline),
    memoryMB: declared.memoryMB,
    sendsAgain: takes !== undefined && takes.queue in declared.uses,
    isPublic: declared.route?.auth === 'signed-token' && hasFunction(declared, pipeline),
  };
}

/** Whether a pipeline has a function of its own by this declaration. */
function hasFunction(declared: PipelineFunction | PlatformFunction, pipeline: Pipeline): boolean {
  return declared.scope === 'pipeline' && declared.isFor?.(pipeline) !== false;
}

function mappingsOf(name: string, { takes }: PipelineFunction, pipeline: Pipeline): MappingWiring[] {
  if (!takes) return [];
  return [
    {
      queue: takes.queue,
      function: name,
      batchSize: ofPipeline(takes.batch, pipeline),
      windowSeconds: 0,
      maxConcurrency: ofPipeline(takes.concurrency, pipeline),
    },
  ];
}

function ofPipeline<T extends number | object | undefined>(value: Of<T>, pipeline: Pipeline): T {
  return typeof value === 'function' ? value(pipeline) : value;
}

/** What of a pipeline is paid for though nothing runs. */
export function standingOf({ mappings, schedules, functions }: Wiring): Standing {
  // What the world can reach takes signed URLs alone.
  const signed = Object.values(functions).filter(({ isPublic }) => isPublic).length;
  const woken = schedules.flatMap((schedule) => ('everySeconds' in schedule ? [schedule] : []));
  return {
    // One more for each function that is public.
    alarms: PIPELINE_ALARMS + signed,
    mappings: mappings.length,
    wakes: woken.reduce((sum, { everySeconds }) => sum + MONTH_SECONDS / everySeconds, 0),
    wakesMB: Math.max(0, ...woken.map((schedule) => functions[schedule.function]?.memoryMB ?? 0)),
    secrets: signed > 0 ? 1 : 0,
  };
}
