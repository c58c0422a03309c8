import type { Pipeline } from '../author/definition.ts';
import type { AnyQueue, MessageOf, QueueName } from '../domain/queues.ts';
import type { CallStore } from './call-store.ts';
import type { Clock, Random } from './clock.ts';
import type { GateStore } from './gate-store.ts';
import type { ObjectReader } from './objects.ts';
import type { Queue } from './queue.ts';
import type { Stores } from './stores.ts';

/** The queues that every pipeline has. */
export type Queues = { readonly [Q in QueueName]: Queue<MessageOf<Q>> };
/** With those that a pipeline may lack: each is made when it is asked for. */
export type AllQueues = { readonly [Q in AnyQueue]: Queue<MessageOf<Q>> };
/** Queues that are sent to, and no more. */
export type Senders<Q extends AnyQueue> = { readonly [Name in Q]: Pick<AllQueues[Name], 'send'> };

/** Those that a run goes through. */
type RunQueue = 'split' | 'work' | 'aggregate';

/** What every function has, whatever it uses. */
export interface Process {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** What a step of the protocol works with: records, and the queues that it sends to (`FlowDeps<'aggregate'>`: that alone). */
export interface FlowDeps<Q extends QueueName = RunQueue> extends Process {
  readonly pipeline: Pipeline;
  readonly stores: Stores;
  readonly queues: Pick<Queues, Q>;
}

/** What ends and completes children. It needs a pipeline's name alone, so that a function of the platform can do it too. */
export interface CommitDeps extends Omit<FlowDeps, 'pipeline' | 'queues'> {
  readonly pipeline: Pick<Pipeline, 'name'>;
  readonly queues: Senders<'aggregate'>;
}

/** With objects beside, which most steps only read. What only one function needs (calls, mail, events) is that function's own. */
export interface Deps<Q extends QueueName = RunQueue, O = ObjectReader> extends FlowDeps<Q> {
  readonly objects: O;
}

/** What a person's commands work with: also what is shared by all that call an endpoint. */
export interface OperatorDeps extends Deps {
  readonly queues: AllQueues;
  readonly gateStore: GateStore;
  readonly calls: CallStore;
}

/**
 * Structured logs. Fields name ids and counts, never items, results or addresses. A line carries the ids of its invocation, message
 * and run by itself (shared/lambda/log-ids.ts).
 */
export interface Log {
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}

/** Counts for alarms and dashboards. */
export interface Metrics {
  count(name: MetricName, value: number): void;
  /** One value of many, for percentiles: milliseconds. */
  observe(name: Observed, value: number): void;
  /** Writes out what was counted. */
  flush(): void;
}

export const METRICS = [
  'RunsStarted',
  'RunsSucceeded',
  'RunsFailed',
  /** Cancelled by a user; no alarm counts it. */
  'RunsCancelled',
  'ChildrenSucceeded',
  'ChildrenFailed',
  'CallsRetried',
  /** Answers that said the service is busy. */
  'CallsUnderPressure',
  'BreakerOpened',
  /** Failures that spent no try: the breaker was open. */
  'FailuresSpared',
  /** Of an invocation that went on: a message came back with an error. */
  'MessagesFailed',
  'MessagesRefused',
  /** A run could not be looked after in one round. */
  'SweepsFailed',
  /** SES refused a run's mail, or its answer was lost. */
  'MailNotSent',
  'ScheduleMissed',
  'TicksSkipped',
  'RunsSwept',
  /** Once a minute for each run in which nothing has moved for two hours, whatever the sweeper did. */
  'RunsStoodStill',
  /** The HTTP API answered with 500. */
  'RequestsFailed',
  'TasksCreated',
  'TasksMoved',
  'TasksCancelled',
  /** Of far tasks, whose time came near. */
  'TasksSent',
  /** Whose message was lost, or failed for as long as one may take. */
  'TasksSentAgain',
  'TasksSucceeded',
  'TasksFailed',
  'TasksExpired',
  /** Called, or about to be, later than the definition's `tasks.lateSeconds`. */
  'TasksLate',
] as const;
export type MetricName = (typeof METRICS)[number];

/** A task's first call after its time. */
export type Observed = 'TaskLateness';

/** One invocation of a function. */
export interface Invocation {
  readonly id: string;
  /** When it is killed, epoch milliseconds. */
  readonly deadline: number;
}
