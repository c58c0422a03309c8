import type { Call } from '../domain/call.ts';
import { isPointer } from '../domain/held.ts';
import { asInJson, mentions, wantedOf } from '../domain/mentions.ts';
import { firstRunOf } from '../domain/redrive.ts';
import { isFinal } from '../domain/run.ts';
import type { CallStore } from '../ports/call-store.ts';
import type { Deps } from '../ports/deps.ts';
import type { Eraser } from '../ports/eraser.ts';
import type { RunRecord } from '../ports/run-store.ts';
import { eraseRuns, type OnGone, purgeRun } from './purge-run.ts';
import { type Mentioning, runFamilies, runsMentioning } from './runs-mentioning.ts';
import { type TaskTraces, tasksMentioning } from './tasks-mentioning.ts';

/** What a pipeline keeps of one item, as far as it was looked at. */
export interface ItemTraces {
  /** Runs that ended and were looked at, redrives not counted. */
  readonly looked: number;
  readonly found: readonly Mentioning[];
  /** Runs that weren't looked at: they, or their redrives, haven't ended. */
  readonly unended: readonly Pick<RunRecord, 'run' | 'status'>[];
  /** Places of handed-over files and items that no run of the pipeline will read any more. */
  readonly inputs: readonly string[];
  /** Refused messages that mention it, by their ids. */
  readonly refusals: readonly string[];
  readonly tasks: TaskTraces;
}

/** What was deleted of it. */
export interface ItemPurged {
  readonly runs: readonly string[];
  /** Those that keep nothing of it any more. */
  readonly tasks: readonly string[];
  readonly records: number;
  readonly objects: number;
}

/** Who is told of what is gone as soon as it is: what comes behind it may be cut off. */
export interface PurgeItemHooks {
  /** What is under no run. */
  onBesides?(gone: { readonly inputs: number; readonly refusals: number; readonly tasks: number }): Promise<void>;
  readonly onGone?: OnGone;
}

type Used = Pick<Deps, 'stores' | 'objects'> & { readonly calls: CallStore };

/** More than this is one trouble, many times, and the rest is read by the next call. */
const REFUSALS = 100_000;

/**
 * Looks for texts, such as an item's label and key, in everything that a pipeline keeps; changes nothing. What mentions one of them is found.
 * @param looked is told of rows that were looked at
 */
export async function findItem(
  deps: Used,
  eraser: Pick<Eraser, 'handedOver'>,
  texts: readonly string[],
  looked?: (rows: number) => void,
): Promise<ItemTraces> {
  const wanted = wantedOf(texts);
  // Before the runs: what is handed over from now on isn't in the list.
  const places = await eraser.handedOver(wanted);
  const { ended, unended } = await runFamilies(deps);
  const isRead = new Set(unended.flat().flatMap(({ file, items }) => [file, items]));
  const refusals = await deps.stores.refusals.list(REFUSALS);
  const found: Mentioning[] = [];
  for await (const each of runsMentioning(deps, ended, wanted, looked)) found.push(each);
  return {
    looked: ended.length,
    found,
    unended: unended.flat().filter(({ status }) => !isFinal(status)),
    inputs: places.filter((place) => !isRead.has(place)),
    tasks: await tasksMentioning(deps, wanted),
    refusals: refusals
      .filter(({ excerpt, detail }) => mentions([excerpt, detail], wanted) || mentions(excerpt, wanted.map(asInJson)))
      .map(({ messageId }) => messageId),
  };
}

/**
 * Deletes what was found: inputs, refused messages, and each run whole, with its redrives. Cut off, it is repeated by finding and deleting again.
 * @throws {InputError} where one of the runs is redriven since
 */
export async function purgeItem(
  deps: Pick<Deps, 'stores' | 'pipeline' | 'clock'> & { readonly calls: CallStore },
  eraser: Eraser,
  { found, inputs, refusals, tasks }: Pick<ItemTraces, 'found' | 'inputs' | 'refusals' | 'tasks'>,
  { onBesides, onGone }: PurgeItemHooks = {},
): Promise<ItemPurged> {
  await eraser.eraseHandedOver(inputs);
  await eraser.eraseRefusals(refusals);
  await eraser.eraseTaskResults(tasks.ended.flatMap(keyOfResult));
  for (const task of tasks.ended) await deps.calls.forget(task);
  const besides = { inputs: inputs.length, refusals: refusals.length, tasks: tasks.ended.length };
  if (besides.inputs + besides.refusals + besides.tasks > 0) await onBesides?.(besides);
  let [records, objects] = [refusals.length, inputs.length];
  for (const { runs } of found) {
    const [first = ''] = runs;
    // A redrive whose first run has expired can't be found by that any more.
    const isWhole = first === firstRunOf(first);
    const gone = isWhole ? await purgeRun(deps, eraser, first, onGone) : await eraseRuns(deps, eraser, runs, onGone);
    records += gone.records;
    objects += gone.objects;
  }
  return { runs: found.flatMap(({ runs }) => runs), tasks: tasks.ended.map(({ id }) => id), records, objects };
}

/** Where a task's large answer is. */
function keyOfResult({ outcome }: Call): string[] {
  const result = outcome?.result ?? null;
  return isPointer(result) ? [result.$object] : [];
}
