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

/**
 * One child as reports, `show` and a redrive see it: what went in, what came out.
 * Rows are read from the frozen part of the child's segment, never from pages.
 */
export interface Row<I = unknown, R = unknown> {
  /** `<slice>-<segment>.<block>.<n>`, unique within the run. */
  readonly id: string;
  readonly item: I;
  readonly status: ChildStatus;
  /** Reason code where the status isn't SUCCEEDED, such as `http-500` or `timeout`; null otherwise. */
  readonly reason: string | null;
  /** The service's answer where SUCCEEDED; an excerpt of the body where FAILED and the definition allows it. */
  readonly result: R | null;
  /** Calls that were made for it. */
  readonly attempts: number;
  /** Duration of the last call in milliseconds. */
  readonly ms: number;
  /** When the outcome was recorded, epoch milliseconds. */
  readonly at: number;
}
