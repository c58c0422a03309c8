import type { Deps } from '../ports/deps.ts';
import type { RunRecord } from '../ports/run-store.ts';
import { type CreateHook, isWaiting, type Started, type StartRequest, startRequest, startRun } from './start.ts';
import { tickRunId } from './ticks.ts';

/** A tick that started nothing. */
export interface Skipped {
  readonly skipped: true;
  readonly runId: string;
  /** The run that is in its way. */
  readonly because: string;
}

/** Whether a start is a schedule's tick. */
export function isTick(event: unknown): event is StartRequest & { schedule: string } {
  const parsed = startRequest.safeParse(event);
  return parsed.success && parsed.data.schedule !== undefined;
}

/**
 * A schedule's tick, by the definition's overlap policy. A tick that fires twice is one run, also where it waits.
 * The list of running runs may lag by a second behind a start at the very same time: a schedule's ticks are a minute apart.
 */
export async function startScheduled(
  deps: Deps,
  request: StartRequest & { schedule: string },
  hooks: CreateHook = {},
): Promise<Started | Skipped> {
  const { stores, pipeline } = deps;
  const run = request.runId ?? tickRunId(pipeline.schedule, request.schedule);
  const overlap = pipeline.schedule?.overlap ?? 'allow';
  const before = overlap === 'allow' ? [] : await runningBeside(deps, run);
  const first = before[0];
  if (!first || (await stores.runs.read(run))) return startRun(deps, request, 'schedule', hooks);
  if (overlap === 'queue' && !before.some(isWaiting))
    return startRun(deps, request, 'schedule', { ...hooks, queued: true });
  return skip(deps, run, first.run);
}

/** The running runs beside this one. */
export async function runningBeside({ stores }: Deps, run: string): Promise<RunRecord[]> {
  return (await stores.runs.list({ limit: 50, activeOnly: true })).filter((other) => other.run !== run);
}

async function skip({ stores, clock, log, metrics, pipeline }: Deps, run: string, because: string): Promise<Skipped> {
  const now = clock.now();
  log.warn('A tick of the schedule is skipped: an earlier run goes on.', { run, because });
  metrics.count('TicksSkipped', 1);
  // Left where the watch over missed ticks looks: this one was not missed.
  const ttl = Math.ceil(now / 1_000) + pipeline.retentionDays * 86_400;
  await stores.sweeps.write(run, { fingerprint: `skipped: ${because}`, since: now, acted: 0 }, ttl);
  return { skipped: true, runId: run, because };
}
