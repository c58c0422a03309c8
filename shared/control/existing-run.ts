import { RunNotFoundError } from '../domain/errors.ts';
import type { Deps } from '../ports/deps.ts';
import type { RunRecord } from '../ports/run-store.ts';

/**
 * A run's record.
 * @throws {RunNotFoundError} which says so where it was purged
 */
export async function existingRun(
  { stores, pipeline }: Pick<Deps, 'stores' | 'pipeline'>,
  run: string,
): Promise<RunRecord> {
  const record = await stores.runs.read(run);
  if (record) return record;
  throw new RunNotFoundError(pipeline.name, run, await stores.runs.wasPurged(run));
}
