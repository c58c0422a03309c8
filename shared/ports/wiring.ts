import type { Pipeline } from '../author/definition.ts';
import { LAMBDA, SIZES, SQS } from '../domain/limits.ts';

/**
 * What a pipeline is made of, with every number: queues, functions, mappings, schedules. The CDK app deploys exactly
 * this and the embedded host runs exactly this; a test compares the template with it.
 */
export interface Wiring {
  readonly pipeline: string;
  readonly queues: Readonly<Record<QueueName, QueueWiring>>;
  readonly functions: Readonly<Record<FunctionName, FunctionWiring>>;
  readonly mappings: readonly MappingWiring[];
  readonly schedules: readonly ScheduleWiring[];
  /** Calls one forwarder invocation keeps open at most. */
  readonly callsPerForwarder: number;
}

export const QUEUES = ['split', 'work', 'aggregate'] as const;
export type QueueName = (typeof QUEUES)[number];

export const FUNCTIONS = ['splitter', 'forwarder', 'aggregator', 'dead-letter', 'sweeper'] as const;
export type FunctionName = (typeof FUNCTIONS)[number];

export interface QueueWiring {
  readonly visibilitySeconds: number;
  readonly retentionSeconds: number;
  /** Receives after which a message moves to the queue's dead-letter queue: a backstop, never the retry policy. */
  readonly maxReceiveCount: number;
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
  readonly function: FunctionName;
  readonly batchSize: number;
  readonly windowSeconds: number;
  readonly maxConcurrency: number;
}

export type ScheduleWiring =
  | { readonly name: 'start'; readonly function: 'splitter'; readonly cron: string; readonly timeZone: string }
  | { readonly name: 'sweep'; readonly function: 'sweeper'; readonly everySeconds: number };

const CALLS_PER_FORWARDER = 256;
const CALLS_UNDER_SMALL_CAP = 32;

/** Derives all of it from a definition. Pure. */
export function wiring(pipeline: Pipeline): Wiring {
  const { inFlight } = pipeline.limits;
  // Under a small cap, more forwarders of fewer calls each: while one waits for its last calls, writes and receives, the
  // others keep the cap filled (docs/adr/0004).
  const calls = inFlight < CALLS_PER_FORWARDER ? CALLS_UNDER_SMALL_CAP : CALLS_PER_FORWARDER;
  const forwarders = Math.max(LAMBDA.minMappingConcurrency, Math.ceil(inFlight / calls));
  const functions: Wiring['functions'] = {
    // Short, for its size: what dies in it is taken up again after six times this.
    splitter: { timeoutSeconds: 120, memoryMB: 1_024, sendsAgain: true },
    // Two full rounds of calls and time to write: what can't start in time is handed back.
    forwarder: { timeoutSeconds: 2 * pipeline.endpoint.timeoutSeconds + 30, memoryMB: 1_024, sendsAgain: true },
    aggregator: { timeoutSeconds: LAMBDA.maxTimeoutSeconds, memoryMB: 1_769, sendsAgain: true },
    'dead-letter': { timeoutSeconds: 60, memoryMB: 512, sendsAgain: false },
    sweeper: { timeoutSeconds: 300, memoryMB: 512, sendsAgain: false },
  };
  const queue = (consumer: FunctionName): QueueWiring => ({
    visibilitySeconds: LAMBDA.visibilityFactor * functions[consumer].timeoutSeconds,
    retentionSeconds: SQS.maxRetentionSeconds,
    maxReceiveCount: 20,
  });
  const mapping = (of: Partial<MappingWiring> & Pick<MappingWiring, 'queue' | 'function'>): MappingWiring => ({
    deadLetter: false,
    batchSize: 1,
    windowSeconds: 0,
    maxConcurrency: 10,
    ...of,
  });
  return {
    pipeline: pipeline.name,
    queues: {
      // A duplicate of a slice that takes up to three hours to split waits behind its lease, a minute at a time, and is no dead
      // letter.
      split: { ...queue('splitter'), maxReceiveCount: 200 },
      // A table that is down for hours must fail no child: a message that fails comes back within five minutes each time.
      work: { ...queue('forwarder'), maxReceiveCount: 200 },
      aggregate: queue('aggregator'),
    },
    functions,
    mappings: [
      mapping({ queue: 'split', function: 'splitter' }),
      mapping({ queue: 'work', function: 'forwarder', batchSize: SQS.maxBatchEntries, maxConcurrency: forwarders }),
      mapping({ queue: 'aggregate', function: 'aggregator' }),
      ...QUEUES.map((name) =>
        mapping({ queue: name, deadLetter: true, function: 'dead-letter', batchSize: 10, maxConcurrency: 2 }),
      ),
    ],
    schedules: [
      ...(pipeline.schedule ? [{ name: 'start', function: 'splitter', ...pipeline.schedule } as const] : []),
      { name: 'sweep', function: 'sweeper', everySeconds: 60 },
    ],
    callsPerForwarder: Math.min(
      CALLS_PER_FORWARDER,
      SIZES.slotChildren * SQS.maxBatchEntries,
      Math.floor(inFlight / forwarders),
    ),
  };
}

/** Environment variables every function of a pipeline gets; both hosts set exactly these. Read by shared/lambda/config.ts. */
export const ENVIRONMENT = [
  'MP_STAGE',
  'MP_TABLE',
  'MP_BUCKET',
  'MP_SPLIT_QUEUE_URL',
  'MP_WORK_QUEUE_URL',
  'MP_AGGREGATE_QUEUE_URL',
  /** Base URL of the queue-dedicated clone, no trailing slash. */
  'MP_ENDPOINT_URL',
  /** `IAM`: sign calls with SigV4; `NONE`: don't. */
  'MP_ENDPOINT_AUTH',
  /** Verified SES sender; empty switches the mail off. */
  'MP_MAIL_FROM',
  'MP_EVENT_BUS',
] as const;
export type EnvironmentName = (typeof ENVIRONMENT)[number];
