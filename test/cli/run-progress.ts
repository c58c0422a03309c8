import type { RunProgress } from '../../shared/control/status.ts';
import type { RunRecord } from '../../shared/ports/run-store.ts';

/** A run that has begun. */
export const RECORD: RunRecord = {
  run: 'march',
  definition: 'd',
  input: 'i',
  params: {},
  limit: null,
  trigger: 'cli',
  startedAt: 0,
  deadline: 1,
  ttl: 1,
  status: 'running',
  closed: null,
  flags: [],
  endedAt: null,
  counts: null,
  failure: null,
  summary: null,
  mail: null,
};

/** How far a run is. */
export function runProgress(over: Partial<RunProgress> = {}, status: RunRecord['status'] = 'running'): RunProgress {
  return {
    record: { ...RECORD, status },
    total: 1_000,
    totalKnown: true,
    succeeded: 0,
    failed: 0,
    cancelled: 0,
    expired: 0,
    retried: 0,
    waiting: 0,
    retriedFor: null,
    ...over,
  };
}
