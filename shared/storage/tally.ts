import type { ChildStatus } from '../domain/row.ts';
import { type Counts, NO_COUNTS } from '../domain/run.ts';
import type { HeldRow } from './part.ts';

const COUNTED: Readonly<Record<ChildStatus, keyof Counts>> = {
  SUCCEEDED: 'succeeded',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
  EXPIRED: 'expired',
};

/** Rows by how they ended. */
export function countsOf(rows: readonly HeldRow[]): Counts {
  const counts = { ...NO_COUNTS, total: rows.length };
  for (const { status } of rows) counts[COUNTED[status]]++;
  return counts;
}

/** Rows by reason code. */
export function reasonsOf(rows: readonly HeldRow[]): Record<string, number> {
  const reasons: Record<string, number> = {};
  for (const { reason } of rows) if (reason !== null) reasons[reason] = (reasons[reason] ?? 0) + 1;
  return reasons;
}
