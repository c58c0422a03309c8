import { InputError, NotJsonError, PlanTimeoutError, SourceDataError, SourceError } from '../domain/errors.ts';
import { type Json, jsonText } from '../domain/json.ts';
import { SIZES } from '../domain/limits.ts';
import { rangesIn } from '../flow/one-range.ts';
import { sourceContext, sourceOf } from '../flow/run-source.ts';
import type { Deps } from '../ports/deps.ts';
import type { RunRecord } from '../ports/run-store.ts';

/** How long a source may plan: a deployed splitter's time, with some left to say so. A terminal would wait for ever. */
export const PLAN_SECONDS = 100;

/**
 * The ranges that a run's source is cut into.
 * @throws {PlanTimeoutError} if they don't come in time; a later try may succeed
 * @throws {SourceError} if the source throws; a later try may succeed
 * @throws {InputError} if the plan is invalid; a later try would most likely give the same plan
 */
export async function planOf(
  deps: Pick<Deps, 'pipeline' | 'objects' | 'clock'>,
  record: Pick<RunRecord, 'redrive' | 'params' | 'limit' | 'file' | 'items'>,
): Promise<readonly Json[]> {
  const source = sourceOf(deps, record);
  if (!source.plan) return [null];
  let cancelTimer = () => {};
  const tooLate = new Promise<never>((_, reject) => {
    cancelTimer = deps.clock.after(PLAN_SECONDS * 1_000, () =>
      reject(new PlanTimeoutError(deps.pipeline.name, PLAN_SECONDS)),
    );
  });
  let given: readonly Json[];
  try {
    given = await Promise.race([source.plan(sourceContext(record)), tooLate]);
  } catch (cause) {
    // Nothing is there to be read, or nothing that can be: it was asked for wrongly.
    if (cause instanceof SourceDataError) throw unreadable(cause, record);
    // A redrive reads our own files.
    throw record.redrive || cause instanceof PlanTimeoutError ? cause : new SourceError('plan', cause);
  } finally {
    cancelTimer();
  }
  return checkPlan(given);
}

/** The name of a file that a start names may be a person's, so it stays out of the log; a place of the definition's is said there. */
function unreadable(cause: SourceDataError, { file, items }: Pick<RunRecord, 'file' | 'items'>): InputError {
  const named = file ?? items;
  if (named === undefined) return new InputError(cause.message, { cause });
  const field = named === file ? 'file' : 'items';
  return new InputError(cause.message, { cause, loggable: `${field}: the source can't read it (${cause.code}).` });
}

/**
 * Children that a run's source counts in its stored plan; 0 where it can't.
 * @throws {SourceError} if the source throws
 */
export function countOf(
  { pipeline }: Pick<Deps, 'pipeline'>,
  { redrive, items, limit }: Pick<RunRecord, 'redrive' | 'items' | 'limit'>,
  stored: readonly Json[],
): number {
  // The ranges of a redrive, and of items that were handed over, are our own.
  if (redrive || items !== undefined || !pipeline.source.count) return 0;
  try {
    const counted = pipeline.source.count(stored.flatMap((range) => rangesIn(range) ?? [range]));
    return Math.min(counted, limit ?? Number.POSITIVE_INFINITY);
  } catch (cause) {
    throw new SourceError('plan', cause);
  }
}

/** @param given what a user's code calls a plan */
function checkPlan(given: readonly Json[]): readonly Json[] {
  if (!Array.isArray(given)) throw new InputError("The source's plan isn't a list of ranges.");
  if (given.length > SIZES.slices) {
    throw new InputError(
      `The source's plan has ${given.length} ranges; allowed are ${SIZES.slices}. Put several into one: a range is any JSON, such as a list of files.`,
    );
  }
  const places = new Map<string, number>();
  // Array.from visits the holes of a sparse list too; map would skip them.
  return Array.from(given, (range: Json, place) => {
    const text = rangeText(range, place);
    const earlier = places.get(text);
    if (earlier !== undefined) {
      throw new InputError(
        `The source's plan has the same range twice, in places ${earlier} and ${place}: its items would be called twice (an empty range is better left out).`,
      );
    }
    places.set(text, place);
    // A copy, as it will be stored: the user's code may change its own object afterwards.
    const stored: Json = JSON.parse(text);
    return stored;
  });
}

function rangeText(range: Json, place: number): string {
  try {
    return jsonText(`range ${place}, counted from 0,`, range);
  } catch (error) {
    throw error instanceof NotJsonError ? new InputError(`The source's plan: ${error.message}`) : error;
  }
}
