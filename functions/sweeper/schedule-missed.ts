import { Cron } from 'croner';
import { scheduledRunId } from '../../shared/domain/ids.ts';
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
  const [tick] = new Cron(cron, { timezone: timeZone }).previousRuns(1, new Date(now - GRACE_MS));
  if (!tick || tick.getTime() < watch.since || now - tick.getTime() > LOOK_BACK_MS) return;
  const run = scheduledRunId(tick);
  if ((await stores.runs.read(run)) || (await stores.sweeps.read(run))) return;
  log.error('The schedule did not start its run.', { run });
  metrics.count('ScheduleMissed', 1);
}
