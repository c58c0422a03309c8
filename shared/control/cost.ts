import type { Pipeline } from '../author/definition.ts';
import { callsPerForwarder, FORWARDER_MEMORY_MB, forwardersOf, messagesPerForwarder } from '../domain/capacity.ts';
import { lambdaCloneDollars } from '../domain/clone-cost.ts';
import { limitsAt } from '../domain/gate/limits.ts';
import { spacingMs } from '../domain/gate/rate.ts';
import { DYNAMODB, LAMBDA, PRICES, SIZES, SQS } from '../domain/limits.ts';

/** The clone waits, and is paid, for as long as its calls take: most of a run's bill. */
export interface ServiceCost {
  readonly memoryMB: number;
  readonly calls: number;
  readonly gbSeconds: number;
  readonly dollars: number;
}

/** What a run's children cost, or will. */
export interface Cost {
  readonly writeUnits: number;
  readonly readUnits: number;
  readonly queueRequests: number;
  /** To S3: those that write, and those that read. */
  readonly objectWrites: number;
  readonly objectReads: number;
  /** Of all functions. */
  readonly invocations: number;
  readonly gbSeconds: number;
  /** US dollars for orchestration: the service's own cost isn't in it. */
  readonly dollars: number;
  /** What the queue-dedicated clone costs as a Lambda function; null where calls go to an address, whose cost isn't known here. */
  readonly service: ServiceCost | null;
}

/** What a run's calls come to. */
export interface Work {
  readonly children: number;
  readonly calls: number;
  /** What its calls took, together. */
  readonly calledMs: number;
  readonly bytesPerItem: number;
  /** Memory of the clone; null where it is known to be no function. Left out: a service is a function of the usual memory. */
  readonly cloneMB?: number | null | undefined;
}

/** Deflated pages of JSON records come to about a quarter: measured on cities (25,166 to 5,572 bytes) and on answers. */
const COMPRESSION = 4;
/** An outcome page of two units and one of BLOCK. */
const UNITS_PER_SLOT = 3;
/** BLOCK before its calls, and its outcome page for the report. */
const READS_PER_SLOT = 2;
/** Sent, received and deleted, ten to a request, with polls that find fewer. */
const REQUESTS_PER_SLOT = 0.6;
/** Of the segments that a slice grows through. */
const SEGMENT_CHILDREN = 64 * SIZES.blockChildren;
/** Rows, their index and a piece of the report, written once and read by the finish. */
const OBJECTS_PER_SEGMENT = 3;
/** Splitting and reducing a child takes no more, together: the CPU of all functions is 0.19 ms a child (docs/bench.md), half of it the forwarder's. */
const OTHERS_MS_PER_CHILD = 0.2;
const OTHERS_MEMORY_MB = 1_769;

/** How long calls take without failures: as many at once, and as many a second, as the definition allows when no profile holds. */
export function secondsOf(pipeline: Pick<Pipeline, 'limits'>, work: Pick<Work, 'calls' | 'calledMs'>): number {
  return Math.max(work.calledMs / 1_000 / pipeline.limits.inFlight, heldSeconds(pipeline, work));
}

/** What a rate needs for so many calls. */
function heldSeconds({ limits }: Pick<Pipeline, 'limits'>, { calls }: Pick<Work, 'calls'>): number {
  const { rate } = limitsAt({ ...limits, profiles: [] }, undefined, 0);
  return rate === null ? 0 : (calls * spacingMs(rate)) / 1_000;
}

/** Estimates what children cost, by the list prices of AWS. */
export function costOf(pipeline: Pick<Pipeline, 'endpoint' | 'limits'>, work: Work): Cost {
  const { children, bytesPerItem, cloneMB = LAMBDA.cloneMemoryMB } = work;
  const blocks = Math.ceil(children / SIZES.blockChildren);
  const slots = Math.ceil(children / SIZES.slotChildren);
  const segments = Math.ceil(children / SEGMENT_CHILDREN);
  const pageUnits = Math.ceil((bytesPerItem / COMPRESSION) * (SIZES.blockChildren / DYNAMODB.writeUnitBytes));
  const messageChunks = Math.max(1, Math.ceil((bytesPerItem * SIZES.slotChildren) / SQS.billedChunkBytes));
  const objects = segments * OBJECTS_PER_SEGMENT + (bytesPerItem > SIZES.inlineBytes ? children : 0);
  const forwarding = forwardingSeconds(pipeline, work) * (FORWARDER_MEMORY_MB / 1_024);
  const others = ((children * OTHERS_MS_PER_CHILD) / 1_000) * (OTHERS_MEMORY_MB / 1_024);
  const units = {
    writeUnits: blocks * (pageUnits + 1) + slots * UNITS_PER_SLOT,
    readUnits: slots * READS_PER_SLOT,
    queueRequests: Math.ceil(slots * messageChunks * REQUESTS_PER_SLOT),
    objectWrites: objects,
    objectReads: objects,
    invocations: Math.ceil(slots / messagesPerForwarder(pipeline)) + segments,
    gbSeconds: Math.round(forwarding + others),
  };
  const millions =
    units.writeUnits * PRICES.perMillionWriteUnits +
    units.readUnits * PRICES.perMillionReadUnits +
    units.queueRequests * PRICES.perMillionQueueRequests +
    units.objectWrites * PRICES.perMillionObjectWrites +
    units.objectReads * PRICES.perMillionObjectReads +
    units.invocations * PRICES.perMillionInvocations;
  return {
    ...units,
    dollars: millions / 1_000_000 + (forwarding + others) * PRICES.perLambdaGbSecond,
    service: isFunction(pipeline, work) && cloneMB !== null ? serviceCost(work, cloneMB) : null,
  };
}

/** A forwarder waits for its calls, and where a rate holds them back, all forwarders wait for that. */
function forwardingSeconds(pipeline: Pick<Pipeline, 'endpoint' | 'limits'>, work: Work): number {
  const calling = work.calledMs / 1_000 / callsPerForwarder(pipeline);
  return Math.max(calling, forwardersOf(pipeline) * heldSeconds(pipeline, work));
}

/** A name is bound by the app: only a deployment knows whether to a function. */
function isFunction({ endpoint }: Pick<Pipeline, 'endpoint'>, { cloneMB }: Work): boolean {
  return endpoint.service !== undefined || (endpoint.name !== undefined && typeof cloneMB === 'number');
}

function serviceCost({ calls, calledMs }: Work, cloneMB: number): ServiceCost {
  const seconds = calledMs / 1_000;
  return {
    memoryMB: cloneMB,
    calls: Math.ceil(calls),
    gbSeconds: Math.round(seconds * (cloneMB / 1_024)),
    dollars: lambdaCloneDollars({ calls, seconds: calls === 0 ? 0 : seconds / calls }, cloneMB),
  };
}

/** Calls in flight from which a forwarder waits for as many at once as it can. */
const MANY_IN_FLIGHT = 1_000;

/**
 * What orchestration would cost with many calls in flight: a forwarder is paid for while it waits, however few calls it waits for. Null where
 * that would save little.
 */
export function cheaperInFlight(
  pipeline: Pick<Pipeline, 'endpoint' | 'limits'>,
  work: Work,
): { readonly inFlight: number; readonly dollars: number } | null {
  const limits = { ...pipeline.limits, inFlight: MANY_IN_FLIGHT };
  const { dollars } = costOf({ ...pipeline, limits }, work);
  return dollars < 0.8 * costOf(pipeline, work).dollars ? { inFlight: MANY_IN_FLIGHT, dollars } : null;
}
