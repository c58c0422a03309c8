import type { RunProgress } from '../shared/control/status.ts';
import { isFinal } from '../shared/domain/run.ts';
import { rate } from '../shared/report/format.ts';
import { count, plain, timeLeft } from './text.ts';

/** Children that have an outcome, of those that are known. Counters are for displays and may count a child twice. */
export function position({ record, total, succeeded, failed }: RunProgress): { done: number; total: number } {
  // Counters lag behind: a run that is being finished has every outcome.
  const isDone = isFinal(record.status) || record.status === 'finishing';
  return { done: isDone ? total : Math.min(succeeded + failed, total), total };
}

/**
 * How much of a run is done, from 0 to 1; null while nobody knows how much there is. A run that goes on is never all done: its
 * report is still to be made.
 */
export function fraction(progress: RunProgress): number | null {
  if (isFinal(progress.record.status)) return 1;
  const { limit } = progress.record;
  // A limit is the most that a source may give, so what it makes of it only grows.
  const most = progress.totalKnown ? progress.total : limit;
  return most === null || most === 0 ? null : Math.min(0.99, position(progress).done / most);
}

/**
 * `12,345 / 135,233 · 4,800/s · 3 failed · 26 s left`; a total that still grows has a plus, and no time left.
 * @param perSecond null where the run was read once: a pace takes two readings
 */
export function describe(progress: RunProgress, perSecond: number | null): string {
  const { total, totalKnown, failed, cancelled, expired, retried, retriedFor, waiting, record } = progress;
  const ended = isFinal(record.status);
  // Before its source has said anything there is nothing to count.
  const isCounted = total > 0 || totalKnown;
  const parts = isCounted ? [`${count(position(progress).done)} / ${count(total)}${totalKnown ? '' : '+'}`] : [];
  if (!ended && isCounted && perSecond !== null) parts.push(rate(perSecond));
  if (isCounted) parts.push(`${count(failed)} failed`);
  if (cancelled > 0) parts.push(`${count(cancelled)} cancelled`);
  if (expired > 0) parts.push(`${count(expired)} expired`);
  if (retried > 0) parts.push(`${count(retried)} retried${retriedFor === null ? '' : ` (${plain(retriedFor)})`}`);
  if (!ended && waiting > 0) parts.push(`${count(waiting)} waiting for a callback`);
  parts.push(ended ? record.status.replaceAll('-', ' ') : phase(progress, perSecond));
  return parts.join(' · ');
}

/** What a run that goes on does, or waits for, just now. */
export function phase({ record, ...progress }: RunProgress, perSecond: number | null): string {
  const { status, canary, flags } = record;
  const { total, totalKnown, retriedFor, waiting } = progress;
  const { done } = position({ record, ...progress });
  if (status === 'closing') return 'stopping: waiting for open calls';
  if (status === 'finishing') return 'making the report';
  if (status === 'paused') return 'paused';
  if (canary !== undefined && !flags.includes('canary-passed'))
    return canaryPhase(done, Math.min(canary, totalKnown ? total : canary));
  if (!totalKnown) return 'reading the source';
  const left = total - done;
  if (left === 0) return 'making the report';
  if (perSecond !== null && perSecond > 0) return `${timeLeft((1_000 * left) / perSecond)} left`;
  if (waiting >= left) return 'waiting for the callbacks';
  // One reading doesn't say whether it stands still.
  if (perSecond === null && done > 0) return 'calling';
  // What stands still waits, most likely for the next try of what failed.
  if (retriedFor !== null) {
    const why = unanswered(retriedFor);
    return `${why === null ? '' : `${why}: `}waiting to try again`;
  }
  return done === 0 ? 'starting' : `waiting for the last ${count(left)}`;
}

/** Reasons of a service that isn't there, for people. */
const UNANSWERED: Readonly<Record<string, string>> = {
  'connection-refused': 'refuses connections',
  'connection-reset': 'breaks off connections',
  dns: 'has a host name that is not known',
  timeout: 'does not answer in time',
};

/** What a reason says of a service that isn't there; null for any other reason. */
export function unanswered(reason: string): string | null {
  const how = UNANSWERED[reason];
  return how === undefined ? null : `the service ${how}`;
}

function canaryPhase(done: number, first: number): string {
  return done < first
    ? `calling the first ${count(first)} alone, to see how they go`
    : `checking how the first ${count(first)} went`;
}
