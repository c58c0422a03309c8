import { readCron } from '../author/cron.ts';
import { scheduledRunId } from '../domain/ids.ts';
import { instantsOf, localTimeAt, offsetsAround } from '../domain/local-time.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** 29 February may be eight years off, and may then fall on the night that the clocks are changed. */
const LONGEST_WAIT_MS = 13 * 366 * DAY_MS;

/** A cron in a time zone, of a definition that was checked. */
export interface CronSchedule {
  readonly cron: string;
  readonly timeZone: string;
}

/**
 * The instants at which a schedule is due, after `from` and up to `to`, in order. The rules are those that EventBridge Scheduler
 * documents: a time that the clocks skip is not due, and one that they show twice is due once, here when it is shown first.
 */
export function* ticksBetween({ cron, timeZone }: CronSchedule, from: number, to: number): Generator<number> {
  const { minute, hour, dayOfMonth, month, dayOfWeek } = readCron(cron);
  const times = sorted(hour).flatMap((h) => sorted(minute).map((m) => h * HOUR_MS + m * 60_000));
  const today = localTimeAt(timeZone, from);
  // A later local time is a later instant, as long as each is taken when it is shown first.
  for (let day = today - (today % DAY_MS); day <= to + DAY_MS; day += DAY_MS) {
    const date = new Date(day);
    const isDue =
      month.has(date.getUTCMonth() + 1) && dayOfMonth.has(date.getUTCDate()) && dayOfWeek.has(date.getUTCDay());
    if (!isDue) continue;
    const [offset = 0, ...others] = offsetsAround(timeZone, day, day + DAY_MS);
    for (const time of times) {
      if (day + time <= today) continue;
      const tick = others.length === 0 ? day + time - offset : instantsOf(timeZone, day + time)[0];
      if (tick === undefined || tick <= from) continue;
      if (tick > to) return;
      yield tick;
    }
  }
}

/** The first tick after an instant; null where none comes within thirteen years. */
export function nextTick(schedule: CronSchedule, after: number): number | null {
  for (const tick of ticksBetween(schedule, after, after + LONGEST_WAIT_MS)) return tick;
  return null;
}

/** The instants at which clocks show the same as at this one, itself among them, first to last. */
export function sameTimes(timeZone: string, instant: number): readonly number[] {
  return instantsOf(timeZone, localTimeAt(timeZone, instant));
}

/**
 * The run that a tick starts: the same one however often the tick fires, and for both instants of a time that the clocks show twice.
 * @param schedule undefined for a tick that a user names although the pipeline has no schedule
 */
export function tickRunId(schedule: CronSchedule | undefined, tick: string | Date): string {
  const at = new Date(tick);
  const [first = at.getTime()] = sameTimes(schedule?.timeZone ?? 'UTC', at.getTime());
  return scheduledRunId(new Date(first));
}

const sorted = (values: ReadonlySet<number>) => [...values].sort((a, b) => a - b);
