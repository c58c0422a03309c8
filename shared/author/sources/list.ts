import * as z from 'zod';
import { NotJsonError, show } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import { SIZES } from '../../domain/limits.ts';
import { callable, checkOptions, strictOptions } from '../options.ts';
import type { Source } from '../source.ts';
import { isWanted } from './sift.ts';

/** Options of {@link list}. */
export interface ListOptions<I> {
  /** Items a slice holds at most, a whole number; slices are enumerated in parallel. Default 50,000. */
  readonly perSlice?: number;
  /** Items that are wanted; the others are no children. */
  readonly where?: (item: I) => boolean;
}

const optionsSchema = strictOptions({
  load: callable(),
  perSlice: z.number().int('must be a whole number').min(1).optional(),
  where: callable().optional(),
});

/**
 * A source over a list that fits in memory, pinned by its order: the cursor is the index.
 * `load` is called for each plan and each read of a slice, and must return the same list for the same parameters: it keeps
 * what is costly to make.
 * @throws {DefinitionError} naming each wrong option
 */
export function list<I, P = unknown>(
  load: (params: P) => Promise<readonly I[]> | readonly I[],
  options: ListOptions<I> = {},
): Source<I, P> {
  checkOptions('source: list', optionsSchema, { load, ...options });
  const { perSlice = 50_000, where } = options;
  const loaded = async (params: P): Promise<readonly I[]> => {
    const items = await load(params);
    // Without a length it would pass for an empty list, and the run for a success.
    if (!Array.isArray(items)) throw new TypeError(`A list's load must give an array, received ${show(items)}.`);
    return items;
  };
  return {
    async plan({ params, limit }) {
      // Of the first so many items some may not be wanted.
      const most = where ? Number.POSITIVE_INFINITY : (limit ?? Number.POSITIVE_INFINITY);
      const length = Math.min((await loaded(params)).length, most);
      // A longer list than as many slices of the wished size gets larger slices, never more of them.
      const size = Math.max(perSlice, Math.ceil(length / SIZES.slices));
      const ranges: Json[] = [];
      for (let from = 0; from < length; from += size) ranges.push([from, Math.min(from + size, length)]);
      return ranges;
    },
    ...(!where && { count: (ranges) => ranges.map(boundsOf).reduce((sum, [from, to]) => sum + to - from, 0) }),
    async *read({ params, range, cursor }) {
      const items = await loaded(params);
      const [from, to] = boundsOf(range);
      for (let i = typeof cursor === 'number' ? cursor : from; i < Math.min(to, items.length); i++) {
        const item = items[i];
        // If it were left out, no user would notice.
        if (item === undefined) throw new NotJsonError(`The list's item ${i + 1} is undefined.`);
        if (isWanted(where, item, () => `Item ${i + 1} of the list`)) yield { item, cursor: i + 1 };
      }
    },
  };
}

const bounds = z.tuple([z.int().min(0), z.int().min(0)], z.unknown()).refine(([from, to]) => from <= to);

function boundsOf(range: Json): [number, number] {
  const { data } = bounds.safeParse(range);
  if (data) return [data[0], data[1]];
  throw new TypeError(`A list's slice must be [from, to], received ${JSON.stringify(range)}.`);
}
