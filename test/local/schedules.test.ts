import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startSchedules } from '../../local/schedules.ts';
import type { ScheduleWiring } from '../../shared/lambda/wiring.ts';
import type { Clock } from '../../shared/ports/clock.ts';

/** A clock that stands still until it is moved, and runs what falls due on the way. */
class ManualClock implements Clock {
  #now: number;
  readonly #timers = new Map<object, { at: number; task: () => void }>();

  constructor(start: string) {
    this.#now = Date.parse(start);
  }

  now(): number {
    return this.#now;
  }

  after(ms: number, task: () => void): () => void {
    // Node runs a longer timer after one millisecond.
    expect(ms).toBeLessThan(2 ** 31);
    const key = {};
    this.#timers.set(key, { at: this.#now + ms, task });
    return () => this.#timers.delete(key);
  }

  /** Moves on, stopping at each timer. */
  moveTo(time: string): void {
    const end = Date.parse(time);
    for (let next = this.#next(); next && next.timer.at <= end; next = this.#next()) {
      this.#now = Math.max(this.#now, next.timer.at);
      this.#timers.delete(next.key);
      next.timer.task();
    }
    this.#now = end;
  }

  /** Moves on with nothing running, as a laptop asleep, then runs what is due. */
  wakeAt(time: string): void {
    this.#now = Date.parse(time);
    this.moveTo(time);
  }

  #next() {
    const [first] = [...this.#timers].map(([key, timer]) => ({ key, timer })).sort((a, b) => a.timer.at - b.timer.at);
    return first;
  }
}

const SWEEP: ScheduleWiring = { function: 'sweeper', everySeconds: 60 };
const start = (cron: string, timeZone: string): ScheduleWiring => ({
  function: 'splitter',
  cron,
  timeZone,
});

let clock: ManualClock;
let invoked: [string, string][];
let warnings: string[];
let stop: () => void;

function run(schedule: ScheduleWiring, fails = false): void {
  stop = startSchedules({
    schedules: [schedule],
    clock,
    logger: { warn: (text: string) => warnings.push(text), error: () => {} },
    invoke: async (name, event) => {
      invoked.push([name, event.schedule]);
      if (fails) throw new Error('broken');
    },
  });
}

beforeEach(() => {
  clock = new ManualClock('2026-01-01T00:00:00Z');
  invoked = [];
  warnings = [];
});
afterEach(() => stop());

describe('cron', () => {
  const cases: [cron: string, zone: string, until: string, times: string[]][] = [
    ['0 2 1 * *', 'UTC', '2026-03-01T02:00:00Z', ['01-01T02:00', '02-01T02:00', '03-01T02:00']],
    [
      '0 2 1 * *',
      'Australia/Sydney',
      '2026-05-01T00:00:00Z',
      ['01-31T15:00', '02-28T15:00', '03-31T15:00', '04-30T16:00'],
    ],
    ['*/30 9 * * 1', 'Europe/Berlin', '2026-01-05T23:00:00Z', ['01-05T08:00', '01-05T08:30']],
    // Sydney's clocks go from 02:00 to 03:00 on 4 October, and from 03:00 to 02:00 on 5 April.
    ['30 2 3-5 10 *', 'Australia/Sydney', '2026-12-01T00:00:00Z', ['10-02T16:30', '10-04T15:30']],
    ['30 2 4-6 4 *', 'Australia/Sydney', '2026-06-01T00:00:00Z', ['04-03T15:30', '04-04T15:30', '04-05T16:30']],
    ['0 6 * * *', 'Asia/Kathmandu', '2026-01-02T00:15:00Z', ['01-01T00:15', '01-02T00:15']],
  ];

  it.each(cases)('%s in %s', (cron, zone, until, times) => {
    run(start(cron, zone));
    clock.moveTo(until);
    expect(invoked).toEqual(times.map((time) => ['splitter', `2026-${time}:00.000Z`]));
  });
});

describe('rate', () => {
  it('comes every so many seconds from the start, not at once', () => {
    run(SWEEP);
    clock.moveTo('2026-01-01T00:00:59Z');
    expect(invoked).toEqual([]);
    clock.moveTo('2026-01-01T00:02:00Z');
    expect(invoked).toEqual([
      ['sweeper', '2026-01-01T00:01:00.000Z'],
      ['sweeper', '2026-01-01T00:02:00.000Z'],
    ]);
  });

  it('makes up once for what was slept through', () => {
    run(SWEEP);
    clock.wakeAt('2026-01-01T08:00:30Z');
    expect(invoked).toEqual([['sweeper', '2026-01-01T00:01:00.000Z']]);
    clock.moveTo('2026-01-01T08:01:30Z');
    expect(invoked).toHaveLength(2);
  });

  it('goes on behind a failed invocation, and says so', async () => {
    run(SWEEP, true);
    clock.moveTo('2026-01-01T00:02:00Z');
    expect(invoked).toHaveLength(2);
    await Promise.resolve();
    expect(warnings[0]).toBe('The schedule of sweeper failed: Error: broken');
  });

  it('ends when stopped', () => {
    run(SWEEP);
    clock.moveTo('2026-01-01T00:01:00Z');
    stop();
    clock.moveTo('2026-01-02T00:00:00Z');
    expect(invoked).toHaveLength(1);
  });
});
