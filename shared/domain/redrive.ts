import * as z from 'zod';
import type { Held } from './held.ts';
import type { ChildStatus } from './row.ts';
import { CLOSE_REASONS, type Counts } from './run.ts';
import { knownWord } from './versions.ts';

const STATUSES = ['FAILED', 'CANCELLED', 'EXPIRED'] as const;

/** Which children of a run are called again. */
export const redriveFilter = z.strictObject({
  /** Default: FAILED. */
  statuses: z.array(z.enum(STATUSES)).min(1).default(['FAILED']),
  /** Reason codes; all where empty. */
  reasons: z.array(z.string().max(100)).max(50).default([]),
});
export type RedriveFilter = z.infer<typeof redriveFilter>;

/** A word of a closed list, as a record holds it: another one is a newer release's, and no mistake of a user's. */
const word = <W extends string>(words: readonly W[], what: string) =>
  z.string().transform((each) => knownWord(words, each, what));

/** What makes a run a redrive: an ordinary run whose source is the unsuccessful rows of another one's report. */
export const redrive = z.object({
  /** The run whose report is called again, which may be a redrive itself. */
  base: z.string(),
  /** The first run of the chain: to a user, all of it is this one run. */
  root: z.string(),
  // A newer release's filter may say more, and at greater length; a user's request may not.
  filter: z.object({ statuses: z.array(word(STATUSES, 'status of a redrive')), reasons: z.array(z.string()) }),
  /** Why the base was closed, where it was. */
  closed: word(CLOSE_REASONS, 'reason of a close').nullable(),
  /** Whether that left children of the source out. */
  cut: z.boolean(),
});
export type Redrive = z.infer<typeof redrive>;

/** The run id of a root's n-th execution: `march`, `march~2`, `march~3`. */
export function executionId(root: string, n: number): string {
  return n === 1 ? root : `${root}~${n}`;
}

/** Which execution of its root a run is: 1 for the root. */
export function executionOf(run: string): number {
  return Number(/~(\d+)$/.exec(run)?.[1] ?? 1);
}

/** The first run of a redrive's chain, by its id. */
export function firstRunOf(run: string): string {
  return run.replace(/~\d+$/, '');
}

/** Whether a filter takes a row. */
export function takes(filter: RedriveFilter, status: ChildStatus, reason: string | null): boolean {
  if (status === 'SUCCEEDED' || !filter.statuses.includes(status)) return false;
  return filter.reasons.length === 0 || (reason !== null && filter.reasons.includes(reason));
}

/** Whether a part with these counts can hold a row that the filter takes. */
export function mayHold(filter: RedriveFilter, { failed, cancelled, expired }: Counts): boolean {
  const by = { FAILED: failed, CANCELLED: cancelled, EXPIRED: expired };
  return filter.statuses.some((status) => by[status] > 0);
}

/**
 * A redrive's item: the child's original id, its item as it was held, and the calls made before. Its row in the report is
 * under that id, and its Idempotency-Key is the root run's.
 */
export type RedrivenItem = readonly [id: string, item: Held, attempts: number];

const redrivenItem = z.tuple([z.string(), z.custom<Held>((value) => value !== undefined), z.number()], z.unknown());

export function parseRedrivenItem(value: unknown): RedrivenItem {
  const [id, item, attempts] = redrivenItem.parse(value);
  return [id, item, attempts];
}

/** Of two rows of the same child, whether the redrive's counts: one that was never called says nothing new. */
export function supersedes(status: ChildStatus): boolean {
  return status === 'SUCCEEDED' || status === 'FAILED';
}
