import type { Pipeline } from '../author/definition.ts';
import { visibilitySeconds } from '../domain/capacity.ts';
import { SQS } from '../domain/limits.ts';
import type { QueueName } from '../domain/queues.ts';
import { mapValues } from '../domain/records.ts';
import type { Of, PipelineFunction, PlatformFunction, QueueDeclaration, Schedule, System } from './declaration.ts';

/** What one pipeline has of a system, with every number. */
export interface Wiring<N extends string = string> {
  readonly queues: Readonly<Record<QueueName, QueueWiring>>;
  readonly functions: Readonly<Record<N, FunctionWiring>>;
  readonly mappings: readonly MappingWiring[];
  readonly schedules: readonly ScheduleWiring[];
}

export interface QueueWiring extends QueueDeclaration {
  readonly visibilitySeconds: number;
  readonly retentionSeconds: number;
  /** Of its dead-letter queue. */
  readonly deadLetterVisibilitySeconds: number;
}

export interface FunctionWiring {
  readonly timeoutSeconds: number;
  readonly memoryMB: number;
  /** Sends to the queue that invokes it: needs `recursiveLoop: ALLOW`, or Lambda cuts the chain after 16 hops. */
  readonly sendsAgain: boolean;
}

export interface MappingWiring {
  readonly queue: QueueName;
  /** True: the queue's dead-letter queue is what is consumed. */
  readonly deadLetter: boolean;
  readonly function: string;
  readonly batchSize: number;
  readonly windowSeconds: number;
  readonly maxConcurrency: number;
}

export type ScheduleWiring = Schedule & { readonly function: string };

/** Works a system's declarations out for one pipeline. Pure. */
export function wiringOf<N extends string>({ queues, functions }: System<N>, pipeline: Pipeline): Wiring<N> {
  const wired = mapValues(functions, (declared) => functionWiring(declared, pipeline));
  const own = Object.entries<PipelineFunction | PlatformFunction>(functions).flatMap(([name, declared]) =>
    declared.scope === 'pipeline' ? [{ name, declared }] : [],
  );
  const mappings = own.flatMap(({ name, declared }) => mappingsOf(name, declared, pipeline));
  const timeouts = new Map(Object.entries<FunctionWiring>(wired).map(([name, of]) => [name, of.timeoutSeconds]));
  const visibility = (queue: QueueName, deadLetter: boolean) => {
    const mapping = mappings.find((of) => of.queue === queue && of.deadLetter === deadLetter);
    if (!mapping) throw new TypeError(`Nothing takes ${deadLetter ? 'the dead letters of ' : ''}queue ${queue}.`);
    return visibilitySeconds(timeouts.get(mapping.function) ?? 0);
  };
  return {
    queues: mapValues(queues, (declared, name) => ({
      ...declared,
      visibilitySeconds: visibility(name, false),
      retentionSeconds: SQS.maxRetentionSeconds,
      deadLetterVisibilitySeconds: visibility(name, true),
    })),
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
    sendsAgain: takes !== undefined && 'queue' in takes && takes.queue in declared.uses,
  };
}

function mappingsOf(name: string, { takes }: PipelineFunction, pipeline: Pipeline): MappingWiring[] {
  if (!takes) return [];
  const deadLetter = 'deadLettersOf' in takes;
  return (deadLetter ? takes.deadLettersOf : [takes.queue]).map((queue) => ({
    queue,
    deadLetter,
    function: name,
    batchSize: ofPipeline(takes.batch, pipeline),
    windowSeconds: 0,
    maxConcurrency: ofPipeline(takes.concurrency, pipeline),
  }));
}

function ofPipeline<T extends number | object | undefined>(value: Of<T>, pipeline: Pipeline): T {
  return typeof value === 'function' ? value(pipeline) : value;
}
