import type { Pipeline } from '../author/definition.ts';
import { NoTasksError } from '../domain/task-errors.ts';
import type { CallStore } from '../ports/call-store.ts';
import type { Process } from '../ports/deps.ts';

/** How late first calls were, milliseconds. */
export interface Lateness {
  /** Tasks that it is of. */
  readonly tasks: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Tasks of one state that are read at most: the latest look is worth some ten requests to the table. */
const MOST_READ = 1_000;
const CALLED = ['SUCCEEDED', 'FAILED'] as const;

/**
 * How late the first calls of tasks were that were asked for since a time and have ended; of each way to end the first thousand since then.
 * @returns null where none of them was called
 * @throws {NoTasksError}
 */
export async function taskLateness(
  {
    calls,
    pipeline,
    clock,
  }: { readonly calls: Pick<CallStore, 'list'>; readonly pipeline: Pick<Pipeline, 'name' | 'tasks'> } & Pick<
    Process,
    'clock'
  >,
  since: number,
): Promise<Lateness | null> {
  if (!pipeline.tasks) throw new NoTasksError(pipeline.name);
  const until = clock.now();
  const pages = await Promise.all(
    CALLED.map((state) => calls.list({ state, from: Math.max(0, since), until, limit: MOST_READ })),
  );
  const late = pages.flatMap((page) => page.calls.flatMap((call) => call.late ?? [])).sort((a, b) => a - b);
  const max = late.at(-1);
  if (max === undefined) return null;
  // The least of them that so many of a hundred are no later than.
  const at = (percent: number) => late[Math.ceil((late.length * percent) / 100) - 1] ?? max;
  return { tasks: late.length, p50: at(50), p99: at(99), max };
}
