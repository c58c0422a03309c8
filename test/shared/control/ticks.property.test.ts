import { TimeZone } from 'aws-cdk-lib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nextTick, sameTimes, tickRunId, ticksBetween } from '../../../shared/control/ticks.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const FROM = Date.UTC(2026, 0, 1);
const TO = Date.UTC(2028, 0, 1);
const ZONES = [
  ...new Set([
    ...Intl.supportedValuesOf('timeZone'),
    ...Object.values(TimeZone).flatMap((zone) => (zone instanceof TimeZone ? [zone.timezoneName] : [])),
  ]),
].filter((name) => name !== 'Factory');
/** By half an hour and by two; at midnight; forward and back within a month; offsets of quarters of an hour. */
const ODD_ZONES =
  'Australia/Lord_Howe Antarctica/Troll America/Santiago Asia/Beirut Africa/Cairo America/Havana Atlantic/Azores ' +
  'Africa/Casablanca Pacific/Chatham Asia/Kathmandu America/St_Johns America/Nuuk America/Scoresbysund Australia/Sydney';

/** What a clock shows, by a way of its own: as text to the minute, and a cron's fields of it. */
function clock(timeZone: string): (instant: number) => { readonly text: string; readonly fields: readonly number[] } {
  // Swedes write 2026-11-03 02:00.
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' });
  return (instant) => {
    const text = format.format(instant);
    const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = text.split(/[- :]/).map(Number);
    return { text, fields: [minute, hour, day, month, new Date(Date.UTC(year, month - 1, day)).getUTCDay()] };
  };
}

/** What a cron's fields name: a list of numbers each, or any. */
type Fields = readonly (readonly number[] | '*')[];
const textOf = (fields: Fields) => fields.map((field) => (field === '*' ? '*' : field.join(','))).join(' ');

/**
 * Scheduler's documented rules, read minute by minute off the clock: it is due when the clock shows what the cron names, unless it
 * has shown that before.
 */
function documented(fields: Fields, timeZone: string, from: number, to: number): number[] {
  const at = clock(timeZone);
  const shown = new Set<string>();
  const due: number[] = [];
  // What a clock shows again it showed at most some hours before.
  for (let instant = Math.ceil(from / MINUTE - 240) * MINUTE; instant <= to; instant += MINUTE) {
    const now = at(instant);
    const isNew = !shown.has(now.text);
    shown.add(now.text);
    const isNamed = fields.every((field, i) => field === '*' || field.includes(now.fields[i] ?? Number.NaN));
    if (isNew && isNamed && instant > from) due.push(instant);
  }
  return due;
}

/** The days of two years, from midnight in UTC, in which a clock is changed. */
function changes(timeZone: string): number[] {
  const at = clock(timeZone);
  const hourOf = (instant: number) => at(instant).fields.slice(0, 2).join(':');
  const found: number[] = [];
  for (let day = FROM; day < TO; day += DAY) if (hourOf(day) !== hourOf(day + DAY)) found.push(day);
  return found;
}

const numbers = (min: number, max: number, most: number) =>
  fc
    .uniqueArray(fc.integer({ min, max }), { minLength: 1, maxLength: most })
    .map((values) => values.sort((a, b) => a - b));
const any = fc.constant('*' as const);
const minutes = fc.oneof(any, numbers(0, 59, 4), fc.constantFrom([0], [30], [0, 30], [0, 15, 30, 45]));
/** The clocks are changed at night: most crons meet that. */
const hours = fc.oneof(any, numbers(0, 3, 3), numbers(0, 23, 4), fc.constant([0, 23]));
/** Minute, hour, day, month and weekday, as a cron has them. A day that no month has is refused at load: days are of any month. */
const cron = fc
  .tuple(
    minutes,
    hours,
    fc.oneof(
      { weight: 3, arbitrary: fc.tuple(any, fc.oneof(any, numbers(1, 12, 10)), any) },
      fc.tuple(numbers(1, 31, 20), any, any),
      fc.tuple(any, any, numbers(0, 6, 4)),
    ),
  )
  .map(([minute, hour, date]): Fields => [minute, hour, ...date]);

/** Around a change of the clock, or anywhere. */
function windowOf(timeZone: string, pick: number, isAtChange: boolean): [from: number, to: number] {
  const found = isAtChange ? changes(timeZone) : [];
  const from = found.length > 0 ? (found[pick % found.length] ?? FROM) - 2 * HOUR : FROM + (pick % (TO - FROM));
  return [from, from + 32 * HOUR];
}

function expectDocumented(fields: Fields, timeZone: string, from: number, to: number): void {
  const ticks = [...ticksBetween({ cron: textOf(fields), timeZone }, from, to)];
  const due = documented(fields, timeZone, from, to);
  if (ticks.join() !== due.join()) {
    const iso = (times: number[]) => times.map((time) => new Date(time).toISOString());
    expect(iso(ticks), `${textOf(fields)} in ${timeZone}`).toEqual(iso(due));
  }
}

describe('a schedule is due when EventBridge Scheduler documents it', () => {
  test('in zones, at times and by crons at random', () => {
    fc.assert(
      fc.property(
        cron,
        fc.oneof(fc.constantFrom(...ODD_ZONES.split(' ')), fc.constantFrom(...ZONES)),
        fc.nat(),
        fc.boolean(),
        (fields, timeZone, pick, isAtChange) => {
          expectDocumented(fields, timeZone, ...windowOf(timeZone, pick, isAtChange));
        },
      ),
      { numRuns: 60 },
    );
  });

  test.each(ODD_ZONES.split(' '))('in %s, on the first two nights that its clocks are changed', (timeZone) => {
    for (const day of changes(timeZone).slice(0, 2)) {
      expectDocumented(['*', '*', '*', '*', '*'], timeZone, day - 2 * HOUR, day + 30 * HOUR);
    }
  });

  // Half a minute, and so not for every day: ALL_TIME_ZONES=1 npx vitest run test/shared/control
  test.runIf(process.env.ALL_TIME_ZONES === '1')(
    'in every zone, in every minute about each change of the clock in two years',
    { timeout: 600_000 },
    () => {
      let found = 0;
      for (const timeZone of ZONES) {
        for (const day of changes(timeZone)) {
          found++;
          expectDocumented(['*', '*', '*', '*', '*'], timeZone, day - 2 * HOUR, day + 30 * HOUR);
        }
      }
      expect(found).toBeGreaterThan(500);
    },
  );
});

const iso = (ticks: Iterable<number>) => [...ticks].map((tick) => new Date(tick).toISOString().slice(0, 16));
const between = (cron: string, timeZone: string, from: string, to: string) =>
  iso(ticksBetween({ cron, timeZone }, Date.parse(from), Date.parse(to)));

describe('ticks', () => {
  test.each([
    // 4 October 2026, 02:00 → 03:00.
    [
      'of a time that is skipped',
      '30 2 * * *',
      'Australia/Sydney',
      '2026-10-02',
      '2026-10-05',
      ['02T16:30', '04T15:30'],
    ],
    ['of a time right behind the gap', '0 3 4 * *', 'Australia/Sydney', '2026-10-03', '2026-10-05', ['03T16:00']],
    // 5 April 2026, 03:00 → 02:00.
    ['of a time shown twice', '30 2 5 * *', 'Australia/Sydney', '2026-04-04', '2026-04-06', ['04T15:30']],
    [
      'of a day that begins at 01:00',
      '0 0 * * *',
      'America/Santiago',
      '2026-09-05',
      '2026-09-08',
      ['05T04:00', '07T03:00'],
    ],
    ['by half an hour', '15 2 * * *', 'Australia/Lord_Howe', '2026-10-03', '2026-10-05', ['04T15:15']],
    [
      'of a day that a zone left out',
      '0 12 * * *',
      'Pacific/Apia',
      '2011-12-29',
      '2012-01-01',
      ['29T22:00', '30T22:00', '31T22:00'],
    ],
    ['of 29 February', '0 0 29 2 *', 'Asia/Kathmandu', '2027-01-01', '2029-01-01', ['28T18:15']],
  ])('%s', (_, cron, zone, from, to, times) => {
    expect(between(cron, zone, `${from}T00:00Z`, `${to}T00:00Z`).map((time) => time.slice(8))).toEqual(times);
  });

  test('lie behind the one end and up to the other', () => {
    expect(between('*/30 * * * *', 'UTC', '2026-01-01T00:00Z', '2026-01-01T01:00Z')).toEqual([
      '2026-01-01T00:30',
      '2026-01-01T01:00',
    ]);
    expect(between('0 * * * *', 'UTC', '2026-01-01T00:00Z', '2026-01-01T00:59Z')).toEqual([]);
  });

  test('go on as before in the second showing of an hour: none of it is due', () => {
    expect(between('*/20 * * * *', 'Australia/Sydney', '2026-04-04T15:30Z', '2026-04-04T17:00Z')).toEqual([
      '2026-04-04T15:40',
      '2026-04-04T17:00',
    ]);
    expect(between('*/20 * * * *', 'Australia/Sydney', '2026-04-04T16:30Z', '2026-04-04T17:00Z')).toEqual([
      '2026-04-04T17:00',
    ]);
  });

  test('the next one is found across eight years without a leap day', () => {
    const next = nextTick({ cron: '0 0 29 2 *', timeZone: 'UTC' }, Date.UTC(2096, 2, 1));
    expect(next).toBe(Date.UTC(2104, 1, 29));
  });
});

test('both instants of a time that is shown twice are one run, and no other two are', () => {
  const schedule = { cron: '30 2 * * *', timeZone: 'Australia/Sydney' };
  expect(tickRunId(schedule, '2026-04-04T15:30:00Z')).toBe('schedule-20260404-153000');
  expect(tickRunId(schedule, '2026-04-04T16:30:00Z')).toBe('schedule-20260404-153000');
  expect(tickRunId(schedule, '2026-04-04T17:30:00.000Z')).toBe('schedule-20260404-173000');
  expect(tickRunId(undefined, '2026-04-04T16:30:00Z')).toBe('schedule-20260404-163000');
  expect(sameTimes('Australia/Sydney', Date.parse('2026-04-04T16:30Z'))).toHaveLength(2);
});
