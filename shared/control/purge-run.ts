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

/** Is told of each run as soon as it is gone: what comes behind it may be cut off. */
export type OnGone = (gone: {
  readonly run: string;
  readonly records: number;
  readonly objects: number;
}) => Promise<void>;

type Used = Pick<Deps, 'stores' | 'clock'>;

/** A day longer than the queues keep a message: until then it may still be delivered. */
const MESSAGES_SECONDS = 15 * 86_400;

/**
 * Deletes a run with all its redrives: records, items, outcomes, reports. The last redrive first, so that what is left of a deletion that was cut
 * off is a run with fewer redrives. Their ids can't be used again as long as the runs would have been kept, and 15 days at least.
 * @throws {InputError} where one of them hasn't ended
 * @throws {RunNotFoundError} also where it was purged before
 */
export async function purgeRun(
  deps: Used & Pick<Deps, 'pipeline'>,
  eraser: Eraser,
  run: string,
  onGone?: OnGone,
): Promise<Purged> {
  const { root, n } = await latestExecution(deps, run);
  const runs = Array.from({ length: n }, (_, i) => executionId(root.run, i + 1));
  for (const each of runs) refuseUnended(each, (await deps.stores.runs.read(each))?.status);
  return eraseRuns(deps, eraser, runs, onGone);
}

/** Deletes ended runs, the last one first. */
export async function eraseRuns(
  { stores, clock }: Used,
  eraser: Pick<Eraser, 'eraseObjects' | 'eraseRecords'>,
  runs: readonly string[],
  onGone: OnGone = async () => undefined,
): Promise<Purged> {
  const all = { records: 0, objects: 0 };
  for (const run of runs.toReversed()) {
    const ttl = (await stores.runs.read(run))?.ttl ?? 0;
    const objects = await eraser.eraseObjects(run);
    const root = await stores.runs.readCompletion(run);
    const until = Math.max(ttl, Math.ceil(clock.now() / 1_000) + MESSAGES_SECONDS);
    const records = await eraser.eraseRecords(run, root, until);
    all.records += records;
    all.objects += objects;
    await onGone({ run, records, objects });
  }
  return { runs, ...all };
}

function refuseUnended(run: string, status: RunStatus | undefined): void {
  if (status !== undefined && !isFinal(status))
    throw new InputError(`Run "${run}" can't be purged: it is ${status}. Cancel it, and purge it once it has ended.`);
}
