import type { Json } from '../domain/json.ts';
import type { Row, SucceededRow } from '../domain/row.ts';
import type { Counts } from '../domain/run.ts';
import type { Cell } from './columns.ts';
import type { Section } from './section.ts';

/**
 * How a run's rows become a report: the CSV's columns, and sections out of what merges.
 * `start` gives an empty accumulator; one is filled per segment, stored with it, and all are merged at the finish.
 */
export interface Reduce<I = unknown, R = unknown> {
  /** Columns of report.csv between `id` and `status`, in order; their names differ from each other and from the report's own. */
  readonly columns: readonly string[];
  /** A row's cells, exactly one per column. */
  cells(row: Row<I, R>): readonly Cell[];
  /** What a child is called where a report names one, as it does of each reason; by default the first of its fields that is a column. */
  readonly label?: { of(row: Row<I, R>): unknown } | undefined;
  start(): Accumulator<I, R>;
}

/** What a reduce has gathered of some rows. */
export interface Accumulator<I = unknown, R = unknown> {
  /** Only rows that SUCCEEDED: of the others the CSV tells, and the report's counts by reason. */
  add(row: SucceededRow<I, R>): void;
  /** Adds what another accumulator of the same reduce gave to `toJSON`. Order must not matter. */
  merge(other: Json): void;
  /** What is stored with a segment, small and bounded: a run has thousands. */
  toJSON(): Json;
  /** What page, mail, terminal and summary.json show of the whole run, in order; none, where there is nothing to say. */
  sections(run: ReducedRun): readonly Section[];
}

/** What an accumulator may know of the run that it reduced. */
export interface ReducedRun {
  readonly counts: Counts;
}
