import { callsPerForwarder, FORWARDER_MEMORY_MB } from '../domain/capacity.ts';
import { isPointer } from '../domain/held.ts';
import { type Json, jsonText } from '../domain/json.ts';
import { DYNAMODB, LAMBDA, PRICES, SIZES, SQS } from '../domain/limits.ts';
import { isFinal } from '../domain/run.ts';
import { sourceContext } from '../flow/run-source.ts';
import type { Deps } from '../ports/deps.ts';
import { readManifest } from '../storage/manifest.ts';
import { readPartBlock, readPartIndex } from '../storage/part.ts';
import { planOf } from './plan.ts';
import { validated } from './start.ts';

/** The clone waits, and is paid, for as long as its calls take: most of a run's bill. */
export interface ServiceCost {
  readonly memoryMB: number;
  readonly calls: number;
  readonly gbSeconds: number;
  readonly dollars: number;
}

/** What a run would come to. Nothing is stored, sent or called. */
export interface DryRun {
  readonly slices: number;
  /** Children that were counted. */
  readonly children: number;
  /** False where counting took too long: there are more. */
  readonly complete: boolean;
  /** Of the sample: bytes of JSON an item takes. */
  readonly bytesPerItem: number;
  /** The first call's body. */
  readonly firstBody: Json;
  /** Mean duration of a call, milliseconds, and where that is from. */
  readonly callMs: number;
  readonly callMsFrom: 'last run' | 'given' | 'assumed';
  /** At the definition's `limits.inFlight`, without failures. */
  readonly hours: number;
  readonly writeUnits: number;
  readonly queueRequests: number;
  readonly gbSeconds: number;
  /** US dollars for orchestration: the service's own cost isn't in it. */
  readonly dollars: number;
  /** What the queue-dedicated clone costs as a Lambda function; null where calls go to an address, whose cost isn't known here. */
  readonly service: ServiceCost | null;
}

/** An answer of a typical microservice, where no run has told better. */
const ASSUMED_CALL_MS = 500;
const SAMPLE = 256;
/** Items between two looks at the clock. */
const LOOK_EVERY = 10_000;

/**
 * Enumerates the source, without storing anything, and estimates time and cost from the first 256 items and the last run.
 * @param options `callMs`: a call's mean duration, if known better; `budgetMs`: how long counting may take; `cloneMB`: the clone's memory
 * @throws {InputError} for a request or a plan that a start would refuse
 */
export async function dryRun(
  deps: Deps,
  request: unknown,
  {
    callMs,
    budgetMs = 60_000,
    cloneMB = LAMBDA.cloneMemoryMB,
  }: { readonly callMs?: number | undefined; readonly budgetMs?: number; readonly cloneMB?: number | undefined } = {},
): Promise<DryRun> {
  const { pipeline, clock } = deps;
  const { params, limit, file, items } = validated(pipeline, request);
  const context = sourceContext({ params, limit, file, items });
  const ranges = await planOf(deps, { params, limit, file, items });
  const until = clock.now() + budgetMs;
  const sample: Json[] = [];
  let children = 0;
  let complete = true;
  for (const range of ranges) {
    for await (const sourced of pipeline.source.read({ ...context, range, cursor: null })) {
      // Each is looked at, as a run would: one that isn't JSON, wherever it is, closes its run.
      const text = 'item' in sourced ? jsonText(`item ${children + 1}`, sourced.item) : null;
      if (text !== null && sample.length < SAMPLE) sample.push(JSON.parse(text));
      children++;
      if (limit !== null && children >= limit) break;
      if (children % LOOK_EVERY === 0 && clock.now() > until) complete = false;
      if (!complete) break;
    }
    if (!complete || (limit !== null && children >= limit)) break;
  }
  const bytes = Buffer.byteLength(JSON.stringify(sample));
  const known = callMs ?? (await lastCallMs(deps));
  const ms = known ?? ASSUMED_CALL_MS;
  const blocks = Math.ceil(children / SIZES.blockChildren);
  const slots = Math.ceil(children / SIZES.slotChildren);
  const pageUnits = Math.ceil(
    (bytes / COMPRESSION / Math.max(1, sample.length)) * (SIZES.blockChildren / DYNAMODB.writeUnitBytes),
  );
  const writeUnits = blocks * (pageUnits + 1) + slots * UNITS_PER_SLOT;
  const messageChunks = Math.max(
    1,
    Math.ceil(((bytes / Math.max(1, sample.length)) * SIZES.slotChildren) / SQS.billedChunkBytes),
  );
  const queueRequests = slots * messageChunks * REQUESTS_PER_SLOT;
  const calls = children / (pipeline.endpoint.itemsPerCall ?? 1);
  const gbSeconds = ((calls * ms) / 1_000 / callsPerForwarder(pipeline)) * (FORWARDER_MEMORY_MB / 1_024);
  const [first] = sample;
  return {
    slices: ranges.length,
    children,
    complete,
    bytesPerItem: sample.length === 0 ? 0 : Math.round(bytes / sample.length),
    firstBody: first === undefined ? null : bodyOf(deps, first, params),
    callMs: ms,
    callMsFrom: callMs !== undefined ? 'given' : known !== null ? 'last run' : 'assumed',
    hours: (calls * ms) / pipeline.limits.inFlight / 3_600_000,
    writeUnits,
    queueRequests: Math.ceil(queueRequests),
    gbSeconds: Math.round(gbSeconds),
    dollars:
      (writeUnits * PRICES.perMillionWriteUnits + queueRequests * PRICES.perMillionQueueRequests) / 1_000_000 +
      gbSeconds * PRICES.perLambdaGbSecond,
    service: pipeline.endpoint.service === undefined ? null : serviceCost(calls, ms, cloneMB),
  };
}

function serviceCost(calls: number, ms: number, memoryMB: number): ServiceCost {
  const gbSeconds = ((calls * ms) / 1_000) * (memoryMB / 1_024);
  return {
    memoryMB,
    calls: Math.ceil(calls),
    gbSeconds: Math.round(gbSeconds),
    dollars: gbSeconds * PRICES.perLambdaGbSecond + (calls / 1_000_000) * PRICES.perMillionInvocations,
  };
}

/** Deflated pages of JSON records come to about a quarter: measured on cities (25,166 to 5,572 bytes) and on answers. */
const COMPRESSION = 4;
/** An outcome page of two units and one of BLOCK. */
const UNITS_PER_SLOT = 3;
/** Sent, received and deleted, ten to a request, with polls that find fewer. */
const REQUESTS_PER_SLOT = 0.6;

function bodyOf({ pipeline }: Deps, item: Json, params: unknown): Json {
  const body = pipeline.request ? pipeline.request(item, { runId: 'dry-run', childId: '0-0.0.0', params }) : item;
  return JSON.parse(JSON.stringify(pipeline.endpoint.itemsPerCall === undefined ? body : [body]) ?? 'null');
}

/** Mean duration of a call in the last finished run's first block; null where there was none. */
async function lastCallMs({ stores, objects }: Deps): Promise<number | null> {
  const runs = await stores.runs.list({ limit: 20 });
  const last = runs.find(({ status, counts }) => isFinal(status) && (counts?.succeeded ?? 0) > 0);
  if (!last) return null;
  for (const { part, counts } of await readManifest(objects, last.run)) {
    if (counts.succeeded === 0) continue;
    const rows = await readPartBlock(objects, part, await readPartIndex(objects, part), 0);
    const timed = rows.filter(({ status, result }) => status === 'SUCCEEDED' && !isPointer(result));
    if (timed.length > 0) return timed.reduce((sum, { ms }) => sum + ms, 0) / timed.length;
  }
  return null;
}
