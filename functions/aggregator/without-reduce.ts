import type { Reduce } from '../../shared/author/reduce.ts';
import { ReduceError } from '../../shared/domain/errors.ts';
import type { AggregatorDeps } from './deps.ts';

/** Attempts that may die before the user's reduce is asked no more: any of its calls may take all memory, and with it the function. */
export const MOST_DEATHS = 5;

/** With nothing of the user's reduce but its columns, and no outputs: every row has its line, with empty cells, and the reduction has failed. */
export function withoutReduce(deps: AggregatorDeps): AggregatorDeps {
  const { columns } = deps.pipeline.reduce;
  const reduce: Reduce = {
    columns,
    cells: () => columns.map(() => null),
    start() {
      throw new ReduceError(
        'reduce',
        `its function died more than ${MOST_DEATHS} times: the reduce takes all memory or time, or what it reduces is too large`,
      );
    },
  };
  return { ...deps, pipeline: { ...deps.pipeline, reduce, outputs: {} } };
}
