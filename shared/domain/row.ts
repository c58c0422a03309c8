import { NewerVersionError } from './versions.ts';

/** How a child ended. A child that has not ended has no status here. */
export const CHILD_STATUSES = ['SUCCEEDED', 'FAILED', 'CANCELLED', 'EXPIRED'] as const;
export type ChildStatus = (typeof CHILD_STATUSES)[number];

/**
 * A status as pages and parts store it: its place in the list, to which a release may only append.
 * @throws {NewerVersionError}
 */
export function statusAt(place: number): ChildStatus {
  const status = CHILD_STATUSES[place];
  if (status === undefined) throw new NewerVersionError(`A child's status ${place}`);
  return status;
}

interface Child<I> {
  /** `<slice>-<segment>.<block>.<n>`, unique within the run. */
  readonly id: string;
  readonly item: I;
  /** Calls that were made for it. */
  readonly attempts: number;
  /** Duration of the last call in milliseconds. */
  readonly ms: number;
  /** When the outcome was recorded, epoch milliseconds. */
  readonly at: number;
}

/** A child that SUCCEEDED. */
export interface SucceededRow<I = unknown, R = unknown> extends Child<I> {
  readonly status: 'SUCCEEDED';
  readonly reason: null;
  /** The service's answer, as the definition's `answer` schema gave it where there is one. */
  readonly result: R;
  readonly excerpt: null;
}

/** A child that failed, or was never called to its end. */
export interface UnsuccessfulRow<I = unknown> extends Child<I> {
  readonly status: Exclude<ChildStatus, 'SUCCEEDED'>;
  /** Reason code, such as `http-500` or `timeout`. */
  readonly reason: string;
  /** There is no answer. */
  readonly result: null;
  /** Of a child that FAILED, what was said: the beginning of the answer's body as far as `report.bodyExcerpt` allows it, or how its record was wrong. */
  readonly excerpt: string | null;
}

/**
 * One child as reports, `show` and a redrive see it: what went in, what came out; `status` tells which of the two it is.
 * Rows are read from the frozen part of the child's segment, never from pages.
 */
export type Row<I = unknown, R = unknown> = SucceededRow<I, R> | UnsuccessfulRow<I>;
