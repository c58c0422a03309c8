import { show } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import type { Source } from '../source.ts';

/** Options of {@link list}. */
export interface ListOptions {
  /** Items a slice holds at most; slices are enumerated in parallel. Default 50,000. */
  readonly perSlice?: number;
}

/**
 * A source over a list that fits in memory, pinned by its order: the cursor is the index.
 * `load` is called for each plan and each read of a slice, and must return the same list for the same parameters: it keeps
 * what is costly to make.
 */
export function list<I, P = unknown>(
  load: (params: P) => Promise<readonly I[]> | readonly I[],
  options: ListOptions = {},
): Source<I, P> {
  const perSlice = options.perSlice ?? 50_000;
  const loaded = async (params: P): Promise<readonly I[]> => {
    const items = await load(params);
    // Without a length it would pass for an empty list, and the run for a success.
    if (!Array.isArray(items)) throw new TypeError(`A list's load must give an array, received ${show(items)}.`);
    return items;
  };
  return {
    async plan({ params, limit }) {
      const length = Math.min((await loaded(params)).length, limit ?? Number.POSITIVE_INFINITY);
      // A longer list than 1,000 slices of the wished size gets larger slices, never more of them.
      const size = Math.max(perSlice, Math.ceil(length / 1_000));
      const parts: Json[] = [];
      for (let from = 0; from < length; from += size) parts.push([from, Math.min(from + size, length)]);
      return parts;
    },
    async *read({ params, range, cursor }) {
      const items = await loaded(params);
      const [from, to] = boundsOf(range);
      for (let i = typeof cursor === 'number' ? cursor : from; i < Math.min(to, items.length); i++) {
        const item = items[i];
        if (item !== undefined) yield { item, cursor: i + 1 };
      }
    },
  };
}

function boundsOf(range: Json): [number, number] {
  if (Array.isArray(range) && typeof range[0] === 'number' && typeof range[1] === 'number') return [range[0], range[1]];
  throw new TypeError(`A list's slice must be [from, to], received ${JSON.stringify(range)}.`);
}
