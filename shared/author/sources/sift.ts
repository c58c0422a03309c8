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
  if ('item' in checked) return (where?.(checked.item) ?? true) ? { item: checked.item, cursor } : null;
  if (onBadRow === 'skip') return null;
  const problem = `${place()} ${checked.problem}.`;
  if (onBadRow !== 'report') throw new SourceDataError(problem);
  return { problem, cursor };
}
