import { type CourseJson, callTimeAt } from '../../shared/domain/course.ts';
import type { RunRecord } from '../../shared/ports/run-store.ts';
import type { CallsView } from '../../shared/report/view.ts';
import type { AggregatorDeps } from './deps.ts';

/** How a run's calls went, for its report; null where none was made, or an older release froze some of its segments. */
export async function callsOf(
  { stores }: Pick<AggregatorDeps, 'stores'>,
  { run, redrive }: Pick<RunRecord, 'run' | 'redrive'>,
  course: CourseJson | null,
): Promise<CallsView | null> {
  const [median, p95] = [0.5, 0.95].map((share) => course && callTimeAt(course, share));
  if (!course || median == null || p95 == null) return null;
  const { widthMs, first, ended, ms, retried, repeats } = course;
  const { pressed = 0 } = await stores.progress.read(run);
  return {
    from: first * widthMs,
    widthMs,
    ended,
    meanMs: ended.map((count, i) => (count === 0 ? null : (ms[i] ?? 0) / count)),
    medianMs: median,
    p95Ms: p95,
    // A redriven child's attempts hold those of before.
    repeated: redrive ? null : { children: retried, calls: repeats },
    pressed,
  };
}
