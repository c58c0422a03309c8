import * as z from 'zod';
import { LAMBDA } from '../domain/limits.ts';
import { strictOptions } from './options.ts';

/** A definition's `tasks`: single calls, each with a time of its own. */
export const tasksSchema = strictOptions({
  /** People hear of tasks that were called later than so many seconds. */
  lateSeconds: z.number().int().min(1).max(86_400).default(60),
});

/** Both mappings, of runs and of tasks, take at least so many calls in flight. */
const LEAST_IN_FLIGHT = 2 * LAMBDA.minMappingConcurrency;

interface WithTasks {
  readonly tasks?: z.output<typeof tasksSchema> | undefined;
  readonly endpoint: { readonly itemsPerCall?: number | undefined };
  readonly limits: { readonly inFlight: number };
}

/** What `tasks` doesn't go together with. */
export function taskIssues({
  tasks,
  endpoint,
  limits,
}: WithTasks): { readonly path: string; readonly message: string; readonly received: unknown }[] {
  if (!tasks) return [];
  const issues = [];
  if (endpoint.itemsPerCall !== undefined)
    issues.push({
      path: 'tasks',
      message: 'goes without endpoint.itemsPerCall: a task is one call, at its own time',
      received: tasks,
    });
  if (limits.inFlight < LEAST_IN_FLIGHT)
    issues.push({
      path: 'limits.inFlight',
      message: `must be at least ${LEAST_IN_FLIGHT} with tasks, as runs and tasks each need ${LAMBDA.minMappingConcurrency}`,
      received: limits.inFlight,
    });
  return issues;
}
