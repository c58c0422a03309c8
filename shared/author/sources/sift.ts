import { SourceDataError } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import type { SourcedItem, SourcedProblem } from '../source.ts';
import type { Checked, FileOptions } from './file-options.ts';

/**
 * What a record becomes by its source's options: an item, a problem that is reported, or null where it is left out.
 * @param place names the record in words, such as `Line 3 of "a.csv"`
 * @throws {SourceDataError} for a wrong record, unless the options say otherwise
 */
export function sift<I>(
  checked: Checked<I>,
  place: () => string,
  cursor: Json,
  { onBadRow, where }: Pick<FileOptions<I>, 'onBadRow' | 'where'>,
): SourcedItem<I> | SourcedProblem | null {
  if ('item' in checked) return isWanted(where, checked.item, place) ? { item: checked.item, cursor } : null;
  if (onBadRow === 'skip' && !checked.isFinal) return null;
  const problem = `${place()} ${checked.problem}.`;
  if (onBadRow !== 'report' || checked.isFinal) throw new SourceDataError(problem);
  return { problem, cursor };
}

/**
 * Whether an item is a child.
 * @param place names the item in words, such as `Line 3 of "a.csv"`
 * @throws {SourceDataError} where the option gives a promise, which would keep every item
 */
export function isWanted<I>(where: ((item: I) => boolean) | undefined, item: I, place: () => string): boolean {
  if (!where) return true;
  const wanted: unknown = where(item);
  if (!isPromise(wanted)) return Boolean(wanted);
  // What becomes of it is of no interest any more.
  wanted.then(undefined, () => undefined);
  throw new SourceDataError(
    `${place()} is given to a "where" that answers by a promise: it must say true or false at once.`,
  );
}

const isPromise = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
