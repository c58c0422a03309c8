import type { Json } from '../domain/json.ts';
import type { Row } from '../domain/row.ts';

/**
 * How a run's rows become a report: the CSV's columns, and statistics that merge.
 * `start` gives an empty accumulator; one is filled per segment, stored with it, and all are merged at the finish.
 */
export interface Reduce<I = unknown, R = unknown> {
  /** Columns of report.csv between `id` and `status`, in order. */
  readonly columns: readonly string[];
  /** A row's cells, one per column. */
  cells(row: Row<I, R>): readonly (string | number | boolean | null)[];
  start(): Accumulator<I, R>;
}

export interface Accumulator<I = unknown, R = unknown> {
  /** Only rows that SUCCEEDED: of the others the CSV tells, and the report's counts by reason. */
  add(row: Row<I, R>): void;
  /** Adds what another accumulator of the same reduce gave to `toJSON`. Order must not matter. */
  merge(other: Json): void;
  toJSON(): Json;
  /** What summary.json and the report show. */
  summary(): Statistics;
}

/** Numbers and pictures of a run's values; absent parts are not shown. */
export interface Statistics {
  /** What is measured, such as `km`. */
  readonly value: string;
  readonly count: number;
  readonly min: number | null;
  readonly median: number | null;
  readonly p95: number | null;
  readonly max: number | null;
  readonly mean: number | null;
  /** Relative error of median and p95; 0 where exact. */
  readonly relativeError: number;
  readonly histogram: readonly { from: number; to: number; count: number }[];
  readonly top: readonly { label: string; value: number }[];
  /** Medians by group, most members first. */
  readonly groups: readonly { group: string; count: number; median: number }[];
}
