import { type CronSchedule, sameTimes, tickRunId, ticksBetween } from '../../shared/control/ticks.ts';
import type { Deps } from '../../shared/ports/deps.ts';

/** How long after its tick a scheduled run must be there: Scheduler's precision is a minute, its retries take a few. */
const GRACE_MS = 10 * 60_000;
/** Ticks older than this are not looked for any more: the alarm has rung. */
const LOOK_BACK_MS = 2 * 3_600_000;
/** Ten years: longer than between two deployments. */
const KEEP_SECONDS = 10 * 365 * 86_400;

/** No run can have this id: where the sweeper remembers since when it knows the schedule. */
const WATCH = 'schedule~0';

/** Counts a missed schedule when its last tick has no run: a run that did not start writes no log line of its own. */
export async function checkSchedule({ pipeline, stores, clock, metrics, log }: Deps): Promise<void> {
  if (!pipeline.schedule) return;
  const { cron, timeZone } = pipeline.schedule;
  const now = clock.now();
  const fingerprint = `${cron} ${timeZone}`;
  const watch = await stores.sweeps.read(WATCH);
  if (watch?.fingerprint !== fingerprint) {
    // Ticks from before the schedule was deployed, or changed, rightly have no run.
    const ttl = Math.ceil(now / 1_000) + KEEP_SECONDS;
    return stores.sweeps.write(WATCH, { fingerprint, since: now, acted: 0 }, ttl);
  }
  const tick = lastTick(pipeline.schedule, Math.max(watch.since, now - LOOK_BACK_MS) - 1, now - GRACE_MS);
  if (tick === undefined) return;
  const run = tickRunId(pipeline.schedule, new Date(tick));
  if ((await stores.runs.read(run)) || (await stores.sweeps.read(run)) || (await stores.runs.wasPurged(run))) return;
  log.error('The schedule did not start its run.', { run });
  metrics.count('ScheduleMissed', 1);
}

/**
 * The last tick after `from` that had come by `by`. Scheduler's documentation doesn't say which it takes of a time that the clocks
 * show twice, so such a tick has come when they show it again.
 */
function lastTick(schedule: CronSchedule, from: number, by: number): number | undefined {
  return [...ticksBetween(schedule, from, by)].findLast(
    (tick) => (sameTimes(schedule.timeZone, tick).at(-1) ?? tick) <= by,
  );
}
