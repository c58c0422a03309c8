import { describe, expect, test } from 'vitest';
import { checkSchedule } from '../../../functions/sweeper/schedule-missed.ts';
import { startScheduled } from '../../../shared/control/start-scheduled.ts';
import { tickRunId } from '../../../shared/control/ticks.ts';
import { testDeps, testPipeline } from '../../shared/support.ts';

const MINUTE = 60_000;

/** A sweeper that looks each minute from one time to another, while Scheduler fires at these; gives the minutes it complained in. */
async function watched(cron: string, from: string, to: string, fires: readonly string[]): Promise<number> {
  const schedule = { cron, timeZone: 'Australia/Sydney', overlap: 'allow' } as const;
  const deps = testDeps({ ...testPipeline(), schedule });
  for (let at = Date.parse(from); at < Date.parse(to); at += MINUTE) {
    deps.clock.time = at;
    for (const tick of fires.filter((each) => Date.parse(each) === at)) await startScheduled(deps, { schedule: tick });
    await checkSchedule(deps);
  }
  return deps.counted.get('ScheduleMissed') ?? 0;
}

describe('on the night that the clocks go forward', () => {
  test('a time that they skip was not missed', async () => {
    expect(await watched('30 2 * * *', '2026-10-02T16:30Z', '2026-10-04T15:00Z', ['2026-10-02T16:30:00Z'])).toBe(0);
  });

  test('a tick right behind that time was', async () => {
    // From ten minutes after its time to two hours after it.
    expect(await watched('0 3 * * *', '2026-10-03T12:00Z', '2026-10-04T15:00Z', [])).toBe(111);
  });
});

describe('on the night that they go back', () => {
  const [first, second] = ['2026-04-04T15:30:00Z', '2026-04-04T16:30:00Z'];

  test.each([
    ['first', [first]],
    ['second', [second]],
    ['both', [first, second]],
  ])('a time that they show twice is not missed when Scheduler takes the %s, and is one run', async (_, fires) => {
    expect(await watched('30 2 5 4 *', '2026-04-04T00:00Z', '2026-04-05T12:00Z', fires)).toBe(0);
  });

  test('it is when Scheduler takes neither', async () => {
    expect(await watched('30 2 5 4 *', '2026-04-04T00:00Z', '2026-04-05T12:00Z', [])).toBeGreaterThan(30);
  });
});

test('a tick from before the schedule was deployed is not missed', async () => {
  expect(await watched('30 2 * * *', '2026-07-01T16:31Z', '2026-07-02T12:00Z', [])).toBe(0);
});

test('a tick whose run was purged since is not missed', async () => {
  const schedule = { cron: '30 2 * * *', timeZone: 'Australia/Sydney', overlap: 'allow' } as const;
  const deps = testDeps({ ...testPipeline(), schedule });
  const asked: string[] = [];
  const wasPurged = async (run: string) => asked.push(run) > 0;
  for (const at of ['2026-07-01T16:00Z', '2026-07-01T17:00Z']) {
    deps.clock.time = Date.parse(at);
    await checkSchedule({ ...deps, stores: { ...deps.stores, runs: { ...deps.stores.runs, wasPurged } } });
  }
  expect(asked).toEqual([tickRunId(schedule, '2026-07-01T16:30:00Z')]);
  expect(deps.counted.get('ScheduleMissed')).toBeUndefined();
});
