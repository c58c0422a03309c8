import type { RunProgress } from '../../../shared/control/status.ts';
import type { RunRecord } from '../../../shared/ports/run-store.ts';
import { runProgress } from '../run-progress.ts';

/** A run under way, as far as a page shows it. */
export function progressOf({
  record = {},
  ...counters
}: Partial<Omit<RunProgress, 'record'>> & { readonly record?: Partial<RunRecord> }): RunProgress {
  const { record: plain, ...none } = runProgress();
  const dates = { startedAt: Date.UTC(2026, 2, 1), deadline: Date.UTC(2026, 2, 2) };
  return { ...none, ...counters, record: { ...plain, ...dates, ...record } };
}
