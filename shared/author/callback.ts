import * as z from 'zod';
import { strictOptions } from './options.ts';

const DAY_HOURS = 24;

/** A definition's `callback`: how long a child waits whose service has answered 202. */
export const callbackSchema = strictOptions({
  /** From the 202 on; no longer than the run. */
  withinHours: z
    .number()
    .min(1 / 60)
    .max(14 * DAY_HOURS),
  /** The service says at least so often that it is at work; silence means that it isn't. */
  heartbeatSeconds: z
    .number()
    .int()
    .min(60)
    .max(DAY_HOURS * 3_600)
    .optional(),
  /** A child whose time is over: FAILED, or called again where tries are left. */
  onExpiry: z.enum(['fail', 'retry']).default('fail'),
  /** A child that waits counts as one that is called: they are `limits.inFlight` together at most. */
  countsAsInFlight: z.boolean().default(false),
});

/** What `callback` doesn't go together with. */
export function callbackIssues({
  callback,
  deadlineHours,
  endpoint,
  limits,
}: {
  readonly callback?: z.output<typeof callbackSchema> | undefined;
  readonly deadlineHours: number;
  readonly endpoint: { readonly itemsPerCall?: number | undefined };
  readonly limits: { readonly waiting?: number | undefined; readonly sharedAs?: string | undefined };
}): { readonly path: string; readonly message: string; readonly received: unknown }[] {
  if (!callback)
    return limits.waiting === undefined
      ? []
      : [
          {
            path: 'limits.waiting',
            message: 'goes with callback alone: nothing else waits for one',
            received: limits.waiting,
          },
        ];
  const issues = [];
  if (callback.countsAsInFlight && limits.sharedAs !== undefined)
    issues.push({
      path: 'callback.countsAsInFlight',
      message:
        'goes without limits.sharedAs: a pipeline knows of its own children alone that wait; limits.waiting caps these',
      received: true,
    });
  if (callback.withinHours > deadlineHours)
    issues.push({
      path: 'callback.withinHours',
      message: `must be at most deadlineHours, ${deadlineHours}: nothing waits for longer than its run`,
      received: callback.withinHours,
    });
  if (endpoint.itemsPerCall !== undefined)
    issues.push({
      path: 'callback',
      message: 'goes without endpoint.itemsPerCall: a callback ends one child, and a batch has many',
      received: callback,
    });
  return issues;
}
