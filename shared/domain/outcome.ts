import type { Held } from './held.ts';
import type { ChildStatus } from './row.ts';

/** How one child ended, as an outcome page holds it. */
export interface Outcome {
  /** The child's number within its block. */
  readonly n: number;
  readonly status: ChildStatus;
  readonly reason: string | null;
  readonly result: Held;
  /** Calls made for it. */
  readonly attempts: number;
  /** Duration of the last call, milliseconds. */
  readonly ms: number;
}

/** Outcomes written together. Pages are only ever added; which of two counts is {@link mergeOutcomes}'s rule. */
export interface OutcomePage {
  readonly id: string;
  /** When it was written, epoch milliseconds. */
  readonly at: number;
  readonly outcomes: readonly Outcome[];
}

const RANK: Readonly<Record<ChildStatus, number>> = { SUCCEEDED: 0, FAILED: 1, CANCELLED: 2, EXPIRED: 2 };

/**
 * One outcome per child, whatever order the pages are read in: success over failure over being given up, then the
 * lowest page id.
 */
export function mergeOutcomes(pages: readonly OutcomePage[]): Map<number, Outcome & { at: number }> {
  const merged = new Map<number, Outcome & { at: number }>();
  const ordered = pages.length < 2 ? pages : [...pages].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  for (const page of ordered) {
    for (const outcome of page.outcomes) {
      const known = merged.get(outcome.n);
      if (!known || RANK[outcome.status] < RANK[known.status]) merged.set(outcome.n, { ...outcome, at: page.at });
    }
  }
  return merged;
}
