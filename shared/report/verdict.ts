import type { CloseReason } from '../domain/run.ts';
import type { Format } from './format.ts';
import type { ReportView } from './view.ts';

/** Why a run was closed, for people. */
export const CLOSED_WORDS: Readonly<Record<CloseReason, string>> = {
  cancelled: 'it was cancelled',
  expired: 'its deadline passed',
  'too-many-failures': 'more of its children failed than the definition tolerates',
  'split-failed': 'its source could not be read',
  'too-many-children': 'its source gives more items than limits.maxChildren allows',
  'source-changed': 'what its source reads was changed meanwhile',
  'canary-failed': 'more of its first children, the canary, failed than the definition allows',
};

export const CANCELLED_TOO_LATE = 'cancelled, but all children had been called';

/** Whether a run was cancelled when every child got its outcome nevertheless: what is left out has made a run CANCELLED. */
export function isCancelledTooLate({
  status,
  closed,
  counts,
}: {
  readonly status: string;
  readonly closed?: CloseReason | null | undefined;
  readonly counts: { readonly cancelled: number; readonly expired: number } | null;
}): boolean {
  return closed === 'cancelled' && isEnded(status) && counts?.cancelled === 0 && counts.expired === 0;
}

/** Statuses of a run that a cancel came too late for. */
const isEnded = (status: string) =>
  status === 'succeeded' || status === 'succeeded-with-failures' || status === 'failed';

/** Why an outcome is what it is, in a sentence; null where it says all, or a section does. */
export function verdictWords(view: Judged, format: Format): string | null {
  const why = outcomeWords(view, format);
  if (!isCancelledTooLate(view)) return why;
  const late = `It was ${CANCELLED_TOO_LATE}.`;
  return why === null ? late : `${late} ${why}`;
}

type Judged = Pick<ReportView, 'status' | 'closed' | 'counts' | 'tolerated' | 'failure'>;

function outcomeWords(
  { status, closed, counts, tolerated, failure }: Judged,
  { number, percent }: Format,
): string | null {
  if (status === 'succeeded') return null;
  const isWhole = status === 'succeeded-with-failures';
  // One that failed by its failures may have been cancelled too late to leave anything out.
  const isClosed = status === 'failed' ? closed !== 'cancelled' && closed !== 'expired' : !isWhole;
  if (closed && isClosed) return `It was closed before its end: ${CLOSED_WORDS[closed]}.`;
  if (!tolerated || counts.failed === 0 || (failure && !isWhole)) return null;
  const most = 'failedCount' in tolerated ? number(tolerated.failedCount) : percent(tolerated.failedPercent, 100);
  const failed = `${number(counts.failed)} of ${number(counts.total)} failed (${percent(counts.failed, counts.total)})`;
  return `${failed}; ${'failedCount' in tolerated && tolerated.failedCount === 0 ? 'none is' : `up to ${most} are`} tolerated.`;
}
