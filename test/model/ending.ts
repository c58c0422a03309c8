import { addCounts, type Counts, type FinalStatus, finalStatus, isFinal, NO_COUNTS } from '../../shared/domain/run.ts';
import { type Context, LETTERS } from './context.ts';
import type { Finisher } from './processes.ts';
import type { World } from './world.ts';

/** The status that a finisher writes: from the outcomes it reports, and how the run was closed when it took the lease. */
export function statusOf(cx: Context, { run }: World, { rows, cut }: Finisher): FinalStatus {
  if (cx.bug === 'closed is cancelled' && run.reason !== null) return 'cancelled';
  return finalStatus(countsOf(rows), cx.level.tolerate, run.reason, cut);
}

export function countsOf(rows: readonly string[]): Counts {
  return rows.map((row) => ONE[LETTERS[row.slice(-1)] ?? 'FAILED']).reduce(addCounts, NO_COUNTS);
}

const ONE = {
  SUCCEEDED: { ...NO_COUNTS, total: 1, succeeded: 1 },
  FAILED: { ...NO_COUNTS, total: 1, failed: 1 },
  CANCELLED: { ...NO_COUNTS, total: 1, cancelled: 1 },
  EXPIRED: { ...NO_COUNTS, total: 1, expired: 1 },
};

/**
 * What is wrong with a final status, in words of its own: a report that lacks something never passes for a whole one; a
 * whole one is judged by its failures, however late a close came.
 */
export function statusIsWrong(cx: Context, { run, ghost }: World): string | null {
  const { status, reason, report } = run;
  if (status === 'none' || !isFinal(status) || report === null) return null;
  const ends = report.map((row) => LETTERS[row.slice(-1)]);
  const count = (end: string) => ends.filter((other) => other === end).length;
  const givenUp = count(reason === 'expired' ? 'EXPIRED' : 'CANCELLED');
  if (count('CANCELLED') + count('EXPIRED') > givenUp || (givenUp > 0 && reason === null)) {
    return `${report.join()} was given up, but the run was closed: ${reason}`;
  }
  if (ghost.mailed !== null && ghost.mailed !== status) return `the run is ${status}, its mail says ${ghost.mailed}`;
  const asClosed = reason === 'cancelled' || reason === 'expired' ? reason : 'failed';
  if (givenUp > 0 || ghost.cut) {
    return status === asClosed ? null : `the run is ${status}, its children were cut short: ${reason}`;
  }
  // The flag comes before the END, which another may put meanwhile.
  if (run.cut && status === asClosed) return null;
  const failed = count('FAILED');
  const { tolerate } = cx.level;
  const allowed = 'failedCount' in tolerate ? tolerate.failedCount : (tolerate.failedPercent / 100) * ends.length;
  const expected = failed === 0 ? 'succeeded' : failed <= allowed ? 'succeeded-with-failures' : 'failed';
  return status === expected ? null : `the run is ${status}, not ${expected}: ${report.join()}`;
}
