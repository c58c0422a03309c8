import { isWaiting, planRun } from '../../shared/control/start.ts';
import { closeRun } from '../../shared/flow/close.ts';
import type { SplitterDeps } from './deps.ts';

/**
 * Does the rest of a start or a cancellation that the HTTP API only stored: it may read no source, and a close of a million children outlasts a
 * request. Repeating it is harmless.
 */
export async function continueRun(deps: SplitterDeps, run: string): Promise<void> {
  const record = await deps.stores.runs.read(run);
  // By its close, as that has just been asked for: forwarders may hold answers yet.
  if (record?.status === 'closing') return closeRun(deps, run, record.closed ?? 'cancelled');
  if (record?.status === 'planned' && !isWaiting(record)) await planRun(deps, record);
}
