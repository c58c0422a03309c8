import { isPointer } from '../domain/held.ts';
import type { Json } from '../domain/json.ts';
import { isFinal } from '../domain/run.ts';
import { sourceContext } from '../flow/run-source.ts';
import type { Deps } from '../ports/deps.ts';
import { readManifest } from '../storage/manifest.ts';
import { readPartBlock, readPartIndex } from '../storage/part.ts';
import { type Cost, cheaperInFlight, costOf, secondsOf } from './cost.ts';
import { type Counted, countSource } from './count-source.ts';
import { planOf } from './plan.ts';
import { validated } from './start.ts';

/** What a run would come to. Nothing is stored, sent or called. */
export interface DryRun extends Cost, Omit<Counted, 'sample'> {
  readonly slices: number;
  /** Of the sample: bytes of JSON an item takes. */
  readonly bytesPerItem: number;
  /** The first call's body. */
  readonly firstBody: Json;
  /** Mean duration of a call, milliseconds, and where that is from. */
  readonly callMs: number;
  readonly callMsFrom: 'last run' | 'given' | 'assumed';
  /** As fast as the definition's limits let it, without failures. */
  readonly hours: number;
  /** What orchestration would cost with more calls in flight; null where that would save little. */
  readonly cheaper: { readonly inFlight: number; readonly dollars: number } | null;
}

/** An answer of a typical microservice, where no run has told better. */
const ASSUMED_CALL_MS = 500;

/**
 * Counts the source's items, without storing anything, or estimates how many they are, and estimates time and cost from 256 of them and the last run.
 * @param options `callMs`: a call's mean duration, if known better; `budgetMs`: how long counting may take; `cloneMB`: the clone's memory, null where it is known to be no function
 * @throws {InputError} for a request or a plan that a start would refuse
 */
export async function dryRun(
  deps: Deps,
  request: unknown,
  {
    callMs,
    budgetMs = 60_000,
    cloneMB,
  }: {
    readonly callMs?: number | undefined;
    readonly budgetMs?: number;
    readonly cloneMB?: number | null | undefined;
  } = {},
): Promise<DryRun> {
  const { pipeline, clock } = deps;
  const { params, limit, file, items } = validated(pipeline, request);
  const context = sourceContext({ params, limit, file, items });
  const ranges = await planOf(deps, { params, limit, file, items });
  const { children, complete, estimate, sample } = await countSource(pipeline.source, context, ranges, {
    clock,
    budgetMs,
  });
  const bytes = Buffer.byteLength(JSON.stringify(sample));
  const known = callMs ?? (await lastCallMs(deps));
  const ms = known ?? ASSUMED_CALL_MS;
  const calls = children / (pipeline.endpoint.itemsPerCall ?? 1);
  const bytesPerItem = bytes / Math.max(1, sample.length);
  const [first] = sample;
  const work = { children, calls, calledMs: calls * ms, bytesPerItem, cloneMB };
  return {
    slices: ranges.length,
    children,
    complete,
    estimate,
    bytesPerItem: sample.length === 0 ? 0 : Math.round(bytesPerItem),
    firstBody: first === undefined ? null : bodyOf(deps, first, params),
    callMs: ms,
    callMsFrom: callMs !== undefined ? 'given' : known !== null ? 'last run' : 'assumed',
    hours: secondsOf(pipeline, work) / 3_600,
    cheaper: cheaperInFlight(pipeline, work),
    ...costOf(pipeline, work),
  };
}

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
