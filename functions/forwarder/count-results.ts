import type { WorkMessage } from '../../shared/domain/messages.ts';
import type { Outcome } from '../../shared/domain/outcome.ts';
import type { ChildResult } from '../../shared/flow/child-result.ts';
import type { ForwarderDeps } from './deps.ts';

/** Of children that ended. @param stored children that are left out, as their outcomes are committed already */
export function outcomesOf(results: ReadonlyMap<number, ChildResult>, stored?: ReadonlySet<number>): Outcome[] {
  return [...results].flatMap(([n, result]) => (result.kind === 'ended' && !stored?.has(n) ? [result.outcome] : []));
}

/** Counts outcomes once they are stored, for progress bars and dashboards; nothing decides by it. @param waiting children that wait for a callback now */
export function countOutcomes(
  deps: Pick<ForwarderDeps, 'progress' | 'metrics'>,
  { run, ttl }: Pick<WorkMessage, 'run' | 'ttl'>,
  outcomes: readonly Outcome[],
  waiting = 0,
): void {
  const succeeded = outcomes.filter(({ status }) => status === 'SUCCEEDED').length;
  const failed = outcomes.length - succeeded;
  const calledMs = Math.round(outcomes.reduce((sum, { ms }) => sum + ms, 0));
  if (outcomes.length + waiting > 0) deps.progress.add(run, ttl, { succeeded, failed, waiting, calledMs });
  if (succeeded > 0) deps.metrics.count('ChildrenSucceeded', succeeded);
  if (failed > 0) deps.metrics.count('ChildrenFailed', failed);
}

/** Counts a call that is repeated as soon as it comes back: a service that can't be reached is said before the retries. */
export function countAgain(
  deps: Pick<ForwarderDeps, 'progress' | 'metrics'>,
  { run, ttl }: Pick<WorkMessage, 'run' | 'ttl'>,
  result: ChildResult | undefined,
): void {
  if (result === undefined || !('isPressed' in result || result.kind === 'again')) return;
  if (result.isPressed) deps.progress.add(run, ttl, { pressed: 1 });
  if (result.kind !== 'again') return;
  deps.progress.add(run, ttl, { retried: 1, retriedFor: result.reason });
  deps.metrics.count('CallsRetried', 1);
}
