import type { RunProgress } from '../../../shared/control/status.ts';
import type { RunRecord } from '../../../shared/ports/run-store.ts';

/** A run under way, as far as a page shows it. */
export function progressOf({
  record = {},
  ...counters
}: Partial<Omit<RunProgress, 'record'>> & { readonly record?: Partial<RunRecord> }): RunProgress {
  return {
    total: 1_000,
    totalKnown: true,
    succeeded: 0,
    failed: 0,
    retried: 0,
    ...counters,
    record: {
      run: 'march',
      definition: 'd',
      input: 'i',
      params: {},
      limit: null,
      trigger: 'cli',
      startedAt: Date.UTC(2026, 2, 1),
      deadline: Date.UTC(2026, 2, 2),
      ttl: 0,
      status: 'running',
      closed: null,
      flags: [],
      endedAt: null,
      counts: null,
      failure: null,
      summary: null,
      mail: null,
      ...record,
    },
  };
}
