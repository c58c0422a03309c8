import {
  FORWARDER_MEMORY_MB,
  forwardersOf,
  forwarderTimeoutSeconds,
  messagesPerForwarder,
} from '../shared/domain/capacity.ts';
import { LAMBDA } from '../shared/domain/limits.ts';
import { QUEUES } from '../shared/domain/queues.ts';
import { pipelineFunction, type System } from '../shared/lambda/declaration.ts';
import { USES as AGGREGATOR } from './aggregator/deps.ts';
import { USES as DEAD_LETTER } from './dead-letter/deps.ts';
import { USES as FORWARDER } from './forwarder/deps.ts';
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
    lost: 'part of a run is not enumerated; the run ends at its deadline unless the sweeper resumes it.',
  },
  work: {
    // A table that is down for hours must fail no child: a message that fails comes back within five minutes each time.
    maxReceiveCount: 200,
    lost: 'children end as FAILED without their service having answered; reports miss their results.',
  },
  aggregate: { maxReceiveCount: 20, lost: 'a report is late until the sweeper tells again.' },
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
    crashes: {
      impact: (pipeline) =>
        `${pipeline} refused or failed to start a run, or enumerates a slice later: its message comes again after its visibility time-out.`,
      action: "the splitter's log; a request that was refused is its sender's to mend.",
    },
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
    crashes: {
      atLeast: 5,
      impact: (pipeline) =>
        `forwarders of ${pipeline} crash or run out of time: their messages come again after their visibility time-out, and are then called one child at a time.`,
      action: "the forwarder's log: its memory, and the times of its calls.",
    },
  }),
  aggregator: pipelineFunction({
    purpose: 'reduces results to the report, stores and mails it',
    uses: AGGREGATOR,
    handler: async () => (await import('./aggregator/handler.ts')).aggregator,
    timeoutSeconds: LAMBDA.maxTimeoutSeconds,
    memoryMB: 1_769,
    takes: { queue: 'aggregate', batch: 1, concurrency: 10 },
    crashes: {
      impact: (pipeline) =>
        `a reduce of ${pipeline} crashed or ran out of time: its report is late, as the message comes again after its visibility time-out.`,
      action: "the aggregator's log: its memory and duration.",
    },
  }),
  'dead-letter': pipelineFunction({
    purpose: 'gives every message that could not be handled an outcome',
    uses: DEAD_LETTER,
    handler: async () => (await import('./dead-letter/handler.ts')).deadLetter,
    timeoutSeconds: 60,
    memoryMB: 512,
    takes: { deadLettersOf: QUEUES, batch: 10, concurrency: 2 },
  }),
  sweeper: pipelineFunction({
    purpose: 'resumes what stands still, closes what is overdue',
    uses: SWEEPER,
    handler: async () => (await import('./sweeper/handler.ts')).sweeper,
    timeoutSeconds: 300,
    memoryMB: 512,
    schedule: { everySeconds: 60 },
    crashes: {
      atLeast: 3,
      impact: (pipeline) =>
        `the sweeper of ${pipeline} crashes, runs out of time or can't list the runs: what stands still isn't resumed, no deadline is kept and a missed schedule stays unnoticed.`,
      action: "the sweeper's log.",
    },
  }),
};

export type FunctionName = keyof typeof FUNCTIONS;

/** What a stage deploys, and what runs on a laptop. */
export const SYSTEM: System<FunctionName> = { queues: DECLARED_QUEUES, functions: FUNCTIONS };
