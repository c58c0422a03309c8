import type { Pipeline } from '../author/definition.ts';
import { callsPerForwarder, FORWARDER_MEMORY_MB } from '../domain/capacity.ts';
import { lambdaCloneDollars } from '../domain/clone-cost.ts';
import { DYNAMODB, PRICES, SIZES, SQS } from '../domain/limits.ts';

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
  readonly queueRequests: number;
  readonly gbSeconds: number;
  /** US dollars for orchestration: the service's own cost isn't in it. */
  readonly dollars: number;
  /** What the queue-dedicated clone costs as a Lambda function; null where calls go to an address, whose cost isn't known here. */
  readonly service: ServiceCost | null;
}

/** Deflated pages of JSON records come to about a quarter: measured on cities (25,166 to 5,572 bytes) and on answers. */
const COMPRESSION = 4;
/** An outcome page of two units and one of BLOCK. */
const UNITS_PER_SLOT = 3;
/** Sent, received and deleted, ten to a request, with polls that find fewer. */
const REQUESTS_PER_SLOT = 0.6;

/** Estimates what children cost, by the list prices of AWS. @param calledMs what their calls took, together */
export function costOf(
  pipeline: Pick<Pipeline, 'endpoint' | 'limits'>,
  of: {
    readonly children: number;
    readonly calls: number;
    readonly calledMs: number;
    readonly bytesPerItem: number;
    readonly cloneMB: number;
  },
): Cost {
  const blocks = Math.ceil(of.children / SIZES.blockChildren);
  const slots = Math.ceil(of.children / SIZES.slotChildren);
  const pageUnits = Math.ceil((of.bytesPerItem / COMPRESSION) * (SIZES.blockChildren / DYNAMODB.writeUnitBytes));
  const writeUnits = blocks * (pageUnits + 1) + slots * UNITS_PER_SLOT;
  const messageChunks = Math.max(1, Math.ceil((of.bytesPerItem * SIZES.slotChildren) / SQS.billedChunkBytes));
  const queueRequests = slots * messageChunks * REQUESTS_PER_SLOT;
  const gbSeconds = (of.calledMs / 1_000 / callsPerForwarder(pipeline)) * (FORWARDER_MEMORY_MB / 1_024);
  return {
    writeUnits,
    queueRequests: Math.ceil(queueRequests),
    gbSeconds: Math.round(gbSeconds),
    dollars:
      (writeUnits * PRICES.perMillionWriteUnits + queueRequests * PRICES.perMillionQueueRequests) / 1_000_000 +
      gbSeconds * PRICES.perLambdaGbSecond,
    service: pipeline.endpoint.service === undefined ? null : serviceCost(of),
  };
}

function serviceCost({
  calls,
  calledMs,
  cloneMB,
}: {
  readonly calls: number;
  readonly calledMs: number;
  readonly cloneMB: number;
}): ServiceCost {
  const seconds = calledMs / 1_000;
  return {
    memoryMB: cloneMB,
    calls: Math.ceil(calls),
    gbSeconds: Math.round(seconds * (cloneMB / 1_024)),
    dollars: lambdaCloneDollars({ calls, seconds: calls === 0 ? 0 : seconds / calls }, cloneMB),
  };
}
