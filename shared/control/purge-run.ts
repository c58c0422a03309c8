import { InputError } from '../domain/errors.ts';
import { executionId } from '../domain/redrive.ts';
import { isFinal, type RunStatus } from '../domain/run.ts';
import type { Deps } from '../ports/deps.ts';
import type { Eraser } from '../ports/eraser.ts';
import { latestExecution } from './redrive.ts';

/** What was deleted. */
export interface Purged {
  /** The run and its redrives: a redrive's report stands on the first run's objects. */
  readonly runs: readonly string[];
  readonly records: number;
  readonly objects: number;
}

/**
 * Deletes a run with all its redrives: records, items, outcomes, reports. The last redrive first, so that what is left of a deletion that was cut
 * off is a run with fewer redrives.
 * @throws {InputError} where one of them hasn't ended
 * @throws {RunNotFoundError}
 */
export async function purgeRun(deps: Pick<Deps, 'stores' | 'pipeline'>, eraser: Eraser, run: string): Promise<Purged> {
  const { root, n } = await latestExecution(deps, run);
  const runs = Array.from({ length: n }, (_, i) => executionId(root.run, i + 1));
  for (const each of runs) refuseUnended(each, (await deps.stores.runs.read(each))?.status);
  return eraseRuns(deps, eraser, runs);
}

/** Deletes ended runs, the last one first. */
export async function eraseRuns(
  deps: Pick<Deps, 'stores'>,
  eraser: Pick<Eraser, 'eraseObjects' | 'eraseRecords'>,
  runs: readonly string[],
): Promise<Purged> {
  let [records, objects] = [0, 0];
  for (const each of runs.toReversed()) {
    objects += await eraser.eraseObjects(each);
    records += await eraser.eraseRecords(each, await deps.stores.runs.readCompletion(each));
  }
  return { runs, records, objects };
}

function refuseUnended(run: string, status: RunStatus | undefined): void {
  if (status !== undefined && !isFinal(status))
    throw new InputError(`Run "${run}" can't be purged: it is ${status}. Cancel it, and purge it once it has ended.`);
}
