import type { Pipeline } from '../../shared/author/definition.ts';
import type { Call, Settlement } from '../../shared/domain/call.ts';
import type { Process } from '../../shared/ports/deps.ts';

const ENDS = { SUCCEEDED: 'TasksSucceeded', FAILED: 'TasksFailed', EXPIRED: 'TasksExpired' } as const;

/**
 * Counts what was stored of a try, and how late a task's first one was.
 * @param claimed as the claim gave it
 */
export function countSettled(
  { metrics, pipeline }: Pick<Process, 'metrics'> & { readonly pipeline: Pick<Pipeline, 'tasks'> },
  claimed: Call,
  settlement: Settlement,
): void {
  const { late } = 'next' in settlement ? settlement.next : settlement;
  if (claimed.late === null && late !== null) {
    metrics.observe('TaskLateness', late);
    if (pipeline.tasks && late > pipeline.tasks.lateSeconds * 1_000) metrics.count('TasksLate', 1);
  }
  if ('next' in settlement) return;
  const { status } = settlement.outcome;
  if (status !== 'CANCELLED') metrics.count(ENDS[status], 1);
}
