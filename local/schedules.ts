import { nextTick } from '../shared/control/ticks.ts';
import type { ScheduleWiring } from '../shared/lambda/wiring.ts';
import { type Clock, systemClock } from '../shared/ports/clock.ts';
import type { HostLogger } from './lambda.ts';

/** Timers hold 31 bits of milliseconds; a schedule further off is looked at again before. */
const LONGEST_TIMER_MS = 86_400_000;

export interface ScheduleOptions {
  readonly schedules: readonly ScheduleWiring[];
  readonly invoke: (name: string, event: { schedule: string }) => Promise<unknown>;
  readonly logger: HostLogger;
  readonly clock?: Clock | undefined;
}

/**
 * Invokes functions when they are due, as EventBridge Scheduler does: with `{"schedule": "<the ISO time it was due>"}`,
 * whether or not the last invocation has ended. A failed invocation is logged. Times missed while nothing ran (a sleeping
 * laptop) are made up for once, with the earliest of them, and not once each.
 * @returns a function that ends all schedules; invocations under way go on.
 */
export function startSchedules(options: ScheduleOptions): () => void {
  const cancels = options.schedules.map((schedule) => repeat(schedule, options));
  return () => {
    for (const cancel of cancels) cancel();
  };
}

function repeat(schedule: ScheduleWiring, { invoke, logger, clock = systemClock }: ScheduleOptions): () => void {
  const next = following(schedule);
  let cancel = () => {};
  const arm = (due: number | null): void => {
    if (due === null) return;
    const wait = Math.max(0, due - clock.now());
    cancel = clock.after(Math.min(wait, LONGEST_TIMER_MS), () => {
      if (clock.now() < due) return arm(due);
      invoke(schedule.function, { schedule: new Date(due).toISOString() }).catch((error: unknown) => {
        logger.warn(`The schedule of ${schedule.function} failed: ${String(error)}`);
      });
      arm(next(Math.max(due, clock.now())));
    });
  };
  arm(next(clock.now()));
  return () => cancel();
}

/** Gives a schedule's first time after another; epoch milliseconds, null for never. */
function following(schedule: ScheduleWiring): (after: number) => number | null {
  if ('everySeconds' in schedule) return (after) => after + schedule.everySeconds * 1_000;
  return (after) => nextTick(schedule, after);
}
