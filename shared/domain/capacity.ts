import { mostInFlight, type Profile } from './gate/limits.ts';
import { LAMBDA, SIZES, SQS } from './limits.ts';

/** How many forwarders a pipeline has, and how much each of them does: pure functions of its definition. */
const CALLS_PER_FORWARDER = 256;
const CALLS_UNDER_SMALL_CAP = 32;

export const FORWARDER_MEMORY_MB = 1_024;

/**
 * Of the large answers that a forwarder holds at once. What is made of an answer takes several times its bytes (its text, its values, what is
 * stored of it) until it is collected: measured, 256 answers of 1 MiB side by side take less than half of the memory.
 */
export const ANSWER_BYTES = FORWARDER_MEMORY_MB * 65_536;

/** The part of a definition that says so: calls in flight, by day and night, and how many items one call takes. */
interface Flight {
  readonly limits: { readonly inFlight: number; readonly profiles?: readonly Profile[] };
  readonly endpoint: { readonly itemsPerCall?: number | undefined };
  /** Where it takes tasks, some of the invocations are theirs. */
  readonly tasks?: object | undefined;
}

/** Calls that a full message is made of. */
export function callsPerMessage({ itemsPerCall = 1 }: Flight['endpoint']): number {
  return Math.ceil(SIZES.slotChildren / itemsPerCall);
}

/** Invocations that call at once at most: forwarders and, where the pipeline takes tasks, callers of these. */
export function callingAtOnce(flight: Flight): number {
  return forwardersOf(flight) + callersOf(flight);
}

/** Forwarders that run at once at most. */
export function forwardersOf(flight: Flight): number {
  return Math.max(LAMBDA.minMappingConcurrency, invocationsFor(flight) - callersOf(flight));
}

/**
 * Callers of tasks that run at once at most: a quarter of those that call, and as few as a mapping takes. What calls are in flight is divided
 * evenly among all, so that a run can't make tasks late.
 */
export function callersOf(flight: Flight): number {
  return flight.tasks === undefined ? 0 : Math.max(LAMBDA.minMappingConcurrency, Math.ceil(invocationsFor(flight) / 4));
}

function invocationsFor({ limits, endpoint }: Flight): number {
  const inFlight = mostInFlight(limits);
  // Under a small cap, more forwarders of fewer calls each: while one waits for its last calls, writes and receives, the
  // others keep the cap filled (docs/adr/0004). A batch of messages may hold fewer calls than that where each takes many items.
  const most = inFlight < CALLS_PER_FORWARDER ? CALLS_UNDER_SMALL_CAP : CALLS_PER_FORWARDER;
  const calls = Math.min(most, callsPerMessage(endpoint) * SQS.maxBatchEntries);
  return Math.max(LAMBDA.minMappingConcurrency, Math.min(LAMBDA.maxMappingConcurrency, Math.ceil(inFlight / calls)));
}

/** Calls that one forwarder invocation keeps open at most. */
export function callsPerForwarder(flight: Flight): number {
  return Math.min(
    CALLS_PER_FORWARDER,
    callsPerMessage(flight.endpoint) * SQS.maxBatchEntries,
    Math.floor(mostInFlight(flight.limits) / callingAtOnce(flight)),
  );
}

/**
 * Messages that one forwarder invocation takes at most. Where runs share the queue fairly, no more than two rounds of its calls: a run
 * that comes later waits for the batches under way, and for what another run's messages still want of the same forwarder.
 */
export function messagesPerForwarder(flight: Flight & { readonly limits: { readonly fairRuns: boolean } }): number {
  if (!flight.limits.fairRuns) return SQS.maxBatchEntries;
  const rounds = Math.floor((2 * callsPerForwarder(flight)) / callsPerMessage(flight.endpoint));
  return Math.min(SQS.maxBatchEntries, Math.max(1, rounds));
}

/** Messages of tasks that one invocation takes. Each lane that is free takes the next, so a slow one holds up none of another message. */
export const CALLER_BATCH = SQS.maxBatchEntries;

/** Two full rounds of calls and time to write: what can't start in time is handed back. */
export function forwarderTimeoutSeconds(endpoint: { readonly timeoutSeconds: number }): number {
  return 2 * endpoint.timeoutSeconds + 30;
}

/**
 * Messages that may wait in a work queue before its splitters send no more. A message holds up to 64 children, so these are calls
 * of a minute at 50 ms a call: longer than SQS takes to notice that its queue got shorter. They are younger than a queue keeps
 * them, and another run's first children wait behind no more than these.
 */
export function mostWaiting(limits: Flight['limits']): number {
  return Math.max(1_000, 20 * mostInFlight(limits));
}

/** How long a received message stays out of sight, given its consumer's time-out. */
export function visibilitySeconds(timeoutSeconds: number): number {
  return LAMBDA.visibilityFactor * timeoutSeconds;
}
