import { mostInFlight, type Profile } from './gate/limits.ts';
import { LAMBDA, SIZES, SQS } from './limits.ts';

/** How many forwarders a pipeline has, and how much each of them does: pure functions of its definition. */
const CALLS_PER_FORWARDER = 256;
const CALLS_UNDER_SMALL_CAP = 32;

export const FORWARDER_MEMORY_MB = 1_024;

/** The part of a definition's limits that says so: calls in flight, by day and night. */
interface Flight {
  readonly inFlight: number;
  readonly profiles?: readonly Profile[];
}

/** Forwarders that run at once at most. */
export function forwardersOf(limits: Flight): number {
  const inFlight = mostInFlight(limits);
  // Under a small cap, more forwarders of fewer calls each: while one waits for its last calls, writes and receives, the
  // others keep the cap filled (docs/adr/0004).
  const calls = inFlight < CALLS_PER_FORWARDER ? CALLS_UNDER_SMALL_CAP : CALLS_PER_FORWARDER;
  return Math.max(LAMBDA.minMappingConcurrency, Math.ceil(inFlight / calls));
}

/** Calls that one forwarder invocation keeps open at most. */
export function callsPerForwarder(limits: Flight): number {
  return Math.min(
    CALLS_PER_FORWARDER,
    SIZES.slotChildren * SQS.maxBatchEntries,
    Math.floor(mostInFlight(limits) / forwardersOf(limits)),
  );
}

/**
 * Messages that one forwarder invocation takes at most. Where runs share the queue fairly, no more than two rounds of its calls: a run
 * that comes later waits for the batches under way, and for what another run's messages still want of the same forwarder.
 */
export function messagesPerForwarder(limits: { readonly inFlight: number; readonly fairRuns: boolean }): number {
  if (!limits.fairRuns) return SQS.maxBatchEntries;
  const rounds = Math.floor((2 * callsPerForwarder(limits)) / SIZES.slotChildren);
  return Math.min(SQS.maxBatchEntries, Math.max(1, rounds));
}

/** Two full rounds of calls and time to write: what can't start in time is handed back. */
export function forwarderTimeoutSeconds(endpoint: { readonly timeoutSeconds: number }): number {
  return 2 * endpoint.timeoutSeconds + 30;
}

/**
 * Messages that may wait in a work queue before its splitters send no more. A message holds up to 64 children, so these are calls
 * of a minute at 50 ms a call: longer than SQS takes to notice that its queue got shorter. They are younger than a queue keeps
 * them, and another run's first children wait behind no more than these.
 */
export function mostWaiting(limits: Flight): number {
  return Math.max(1_000, 20 * mostInFlight(limits));
}

/** How long a received message stays out of sight, given its consumer's time-out. */
export function visibilitySeconds(timeoutSeconds: number): number {
  return LAMBDA.visibilityFactor * timeoutSeconds;
}
