import type { Pipeline } from '../shared/author/definition.ts';
import { hasReportLinks } from '../shared/author/recipients.ts';
import {
  CALLER_BATCH,
  callersOf,
  FORWARDER_MEMORY_MB,
  forwardersOf,
  forwarderTimeoutSeconds,
  messagesPerForwarder,
} from '../shared/domain/capacity.ts';
import { LAMBDA } from '../shared/domain/limits.ts';
import { DEAD_LETTERS, pipelineFunction, type System } from '../shared/lambda/declaration.ts';
import { USES as AGGREGATOR } from './aggregator/deps.ts';
import { USES as API_USES } from './api/deps.ts';
import { type ApiSettings, SETTINGS_VARIABLE } from './api/settings.ts';
import { USES as CALLBACK } from './callback/deps.ts';
import { ROUTE as CALLBACK_ROUTE } from './callback/route.ts';
import { USES as CALLER } from './caller/deps.ts';
import { USES as DEAD_LETTER } from './dead-letter/deps.ts';
import { USES as FORWARDER } from './forwarder/deps.ts';
import { USES as REPORT_LINK } from './report-link/deps.ts';
import { ROUTE as REPORT_LINK_ROUTE } from './report-link/route.ts';
import { USES as ROUNDS } from './rounds/deps.ts';
import { USES as SPLITTER } from './splitter/deps.ts';
import { USES as SWEEPER } from './sweeper/deps.ts';

/**
 * The composition root: all that is deployed, declared once. The CDK app makes exactly this; the embedded host and the
 * chaos world run exactly this. What a function uses stands beside its handler, because a function's own bundle reads that
 * and must not hold the others.
 */
const DECLARED_QUEUES = {
  split: {
    // A duplicate of a slice that takes up to three hours to split waits behind its lease, a minute at a time, and is no dead
    // letter.
    maxReceiveCount: 200,
  },
  work: {
    // A table that is down for hours must fail no child: a message that fails comes back within five minutes each time.
    maxReceiveCount: 200,
  },
  aggregate: { maxReceiveCount: 20 },
} as const;

const takesTasks = ({ tasks }: Pipeline): boolean => tasks !== undefined;

const OPTIONAL_QUEUES = {
  // Of its own: behind a run's backlog a task would be hours late. Like the work queue it outlives a table that is down for hours.
  calls: { maxReceiveCount: 200, isFor: takesTasks },
} as const;

const FUNCTIONS = {
  splitter: pipelineFunction({
    purpose: 'starts a run and enumerates its items into the work queue. Test with {} or {"limit": 100}',
    uses: SPLITTER,
    handler: async () => (await import('./splitter/handler.ts')).splitter,
    // Short, for its size: what dies in it is taken up again after six times this. Longer than a plan may take (PLAN_SECONDS).
    timeoutSeconds: 120,
    memoryMB: 1_024,
    takes: { queue: 'split', batch: 1, concurrency: 10 },
    schedule: ({ schedule }) => schedule,
  }),
  forwarder: pipelineFunction({
    purpose: 'calls the service for each child and stores the outcomes',
    uses: FORWARDER,
    handler: async () => (await import('./forwarder/handler.ts')).forwarder,
    timeoutSeconds: ({ endpoint }) => forwarderTimeoutSeconds(endpoint),
    memoryMB: FORWARDER_MEMORY_MB,
    takes: {
      queue: 'work',
      batch: messagesPerForwarder,
      concurrency: forwardersOf,
    },
    // One that dies is taken up by itself: its messages come again.
    crashes: 5,
  }),
  aggregator: pipelineFunction({
    purpose: 'reduces results to the report, stores and mails it',
    uses: AGGREGATOR,
    handler: async () => (await import('./aggregator/handler.ts')).aggregator,
    timeoutSeconds: LAMBDA.maxTimeoutSeconds,
    memoryMB: 1_769,
    takes: { queue: 'aggregate', batch: 1, concurrency: 10 },
  }),
  caller: pipelineFunction({
    purpose: 'calls the service for each task when it is due',
    uses: CALLER,
    isFor: takesTasks,
    handler: async () => (await import('./caller/handler.ts')).callerOfTasks,
    timeoutSeconds: ({ endpoint }) => forwarderTimeoutSeconds(endpoint),
    memoryMB: FORWARDER_MEMORY_MB,
    takes: { queue: 'calls', batch: CALLER_BATCH, concurrency: callersOf },
    // As the forwarder: what dies is taken up again.
    crashes: 5,
  }),
  rounds: pipelineFunction({
    purpose: 'sends tasks whose time comes near, and those whose messages got lost',
    uses: ROUNDS,
    isFor: takesTasks,
    handler: async () => (await import('./rounds/handler.ts')).rounds,
    timeoutSeconds: 60,
    memoryMB: 512,
    schedule: { everySeconds: 60 },
    crashes: 3,
  }),
  callback: pipelineFunction({
    purpose: 'takes what the service says of calls that it answered with 202',
    uses: CALLBACK,
    isFor: ({ callback }) => callback !== undefined,
    handler: async () => (await import('./callback/handler.ts')).callback,
    route: CALLBACK_ROUTE,
    timeoutSeconds: 60,
    memoryMB: 512,
  }),
  'report-link': pipelineFunction({
    purpose: "leads whoever follows a mail's link to the report, while its time lasts",
    uses: REPORT_LINK,
    isFor: ({ report }) => hasReportLinks(report),
    handler: async () => (await import('./report-link/handler.ts')).reportLink,
    route: REPORT_LINK_ROUTE,
    timeoutSeconds: 10,
    memoryMB: 512,
  }),
  'dead-letter': pipelineFunction({
    purpose: 'gives every message that could not be handled an outcome',
    uses: DEAD_LETTER,
    handler: async () => (await import('./dead-letter/handler.ts')).deadLetter,
    timeoutSeconds: 60,
    memoryMB: 512,
    takes: { queue: DEAD_LETTERS, batch: 10, concurrency: 2 },
  }),
  sweeper: pipelineFunction({
    purpose: 'resumes what stands still, closes what is overdue',
    uses: SWEEPER,
    handler: async () => (await import('./sweeper/handler.ts')).sweeper,
    timeoutSeconds: 300,
    memoryMB: 512,
    schedule: { everySeconds: 60 },
    crashes: 3,
  }),
};

export type FunctionName = keyof typeof FUNCTIONS;

/** What a stage deploys, and what runs on a laptop. */
export const SYSTEM: System<FunctionName> = {
  queues: DECLARED_QUEUES,
  optionalQueues: OPTIONAL_QUEUES,
  functions: FUNCTIONS,
};

/** The HTTP API: one function for all pipelines of a deployment, with their definitions, where it is asked for. */
export const API = {
  name: 'api',
  purpose: 'starts, shows and cancels runs and tasks over HTTP',
  uses: API_USES,
  timeoutSeconds: 60,
  memoryMB: 512,
  environmentOf: (settings: ApiSettings) => ({ [SETTINGS_VARIABLE]: JSON.stringify(settings) }),
} as const;
