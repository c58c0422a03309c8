import * as z from 'zod';
import type { Json } from '../../domain/json.ts';
import { jsonText } from '../../domain/json.ts';
import { jsonProblem, showPath } from '../../domain/json-problem.ts';
import { SIZES } from '../../domain/limits.ts';
import type { SucceededRow } from '../../domain/row.ts';
import { synchronous } from '../../domain/synchronous.ts';
import { type Column, columnNames, columnsOf } from '../columns.ts';
import { callable, checkOptions, strictOptions } from '../options.ts';
import type { Reduce, ReducedRun } from '../reduce.ts';
import type { Section } from '../section.ts';

/** Options of {@link mapReduce}; `S` is what rows come to, JSON as it is. */
export interface MapReduceOptions<I, R, S> {
  /** Columns of report.csv between `id` and `status`; none by default. */
  readonly columns?: readonly Column<I, R>[];
  /** What no rows come to: combined with anything, it changes nothing. */
  readonly zero: S;
  /** What one row comes to, of a child that succeeded. */
  map(row: SucceededRow<I, R>): S;
  /** What two come to together, in any order and any grouping; it may change and return `a`. */
  combine(a: S, b: S): S;
  /** What the report shows of the whole run. */
  finish(all: S, run: ReducedRun): readonly Section[];
}

const optionsSchema = strictOptions({
  columns: columnNames.optional(),
  zero: z.unknown().superRefine((value, context) => {
    const problem = jsonProblem(value, SIZES.jsonBytes, 'written');
    if (!problem) return;
    const place = problem.path ? ` at ${showPath(problem.path)}` : '';
    context.addIssue({
      code: 'custom',
      message: `must be what no rows come to, as JSON, and holds ${problem.what}${place}`,
    });
  }),
  map: callable(),
  combine: callable(),
  finish: callable(),
});

/**
 * Reduces a run to a value of your own: each row is mapped to one, and these are combined.
 * @throws {DefinitionError} naming each wrong option
 * @example
 * mapReduce({
 *   zero: 0,
 *   map: ({ result }: SucceededRow<Tree, Measured>) => result.metres,
 *   combine: Math.max,
 *   finish: (metres) => [{ kind: 'figures', title: 'Trees', figures: [{ label: 'Tallest', value: metres, unit: 'm' }] }],
 * });
 */
export function mapReduce<I = unknown, R = unknown, S = unknown>(options: MapReduceOptions<I, R, S>): Reduce<I, R> {
  checkOptions('reduce: mapReduce', optionsSchema, options);
  return {
    ...columnsOf(options.columns ?? []),
    start() {
      let all = structuredClone(options.zero);
      const add = (one: S) => {
        all = synchronous('combine', options.combine(all, one));
      };
      return {
        add: (row) => add(synchronous('map', options.map(row))),
        merge: (other) => add(stateOf<S>(other)),
        toJSON: () => JSON.parse(jsonText('what combine returned', all, 'written')),
        sections: (run) => options.finish(structuredClone(all), run),
      };
    },
  };
}

/** What was stored of a part. Its type is the definition's word for it. */
function stateOf<S>(stored: Json): S;
function stateOf(stored: Json): unknown {
  return stored;
}
