import { progressOf } from '../../shared/control/status.ts';
import type { RunResource } from '../../shared/domain/http-api/runs.ts';
import { isFinal } from '../../shared/domain/run.ts';
import type { RunRecord } from '../../shared/ports/run-store.ts';
import type { Desk } from './deps.ts';

/** Where a run's resources are. */
export function runPaths(pipeline: string, run: string) {
  const self = `/pipelines/${pipeline}/runs/${run}`;
  const files = { report: `${self}/report`, rows: `${self}/rows`, summary: `${self}/summary` };
  return { self, events: `${self}/events`, files };
}

/** A run's links; those to its report once there is one. */
export function linksOf(pipeline: string, { run, summary }: Pick<RunRecord, 'run' | 'summary'>): RunResource['links'] {
  const { self, events, files } = runPaths(pipeline, run);
  return { self, events, ...(summary !== null && files) };
}

const iso = (ms: number) => new Date(ms).toISOString();

/** A run as it is shown. */
export async function viewRun({ stores, pipeline }: Desk, record: RunRecord): Promise<RunResource> {
  const progress = await progressOf({ stores }, record);
  const { total, totalKnown, succeeded, failed, cancelled, expired, retried, waiting } = progress;
  return {
    id: record.run,
    pipeline: pipeline.name,
    status: record.status,
    startedAt: iso(record.startedAt),
    deadline: iso(record.deadline),
    endedAt: record.endedAt === null ? null : iso(record.endedAt),
    progress: { total, totalKnown, succeeded, failed, cancelled, expired, retried, waiting },
    closed: record.closed,
    failure: record.failure,
    links: linksOf(pipeline.name, record),
  };
}

/** Nobody is told to come back sooner, or to stay away for longer. */
const [SOONEST, LATEST] = [1, 60];

/** Seconds after which it is worth to look at a run again: what its pace so far says, and never more than a minute. */
export function retryAfter(
  { status, startedAt, progress }: Pick<RunResource, 'status' | 'startedAt' | 'progress'>,
  now: number,
): number {
  if (isFinal(status)) return 0;
  const { total, totalKnown, succeeded, failed } = progress;
  const done = succeeded + failed;
  const seconds = (now - Date.parse(startedAt)) / 1_000;
  if (!totalKnown || done === 0) return Math.min(LATEST, Math.max(SOONEST, Math.round(seconds / 4)));
  return Math.min(LATEST, Math.max(SOONEST, Math.ceil(((total - done) * seconds) / done)));
}
