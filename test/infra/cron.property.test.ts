import { Cron } from 'croner';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { awsCron } from '../../infra/cron.ts';
import { nextTick } from '../../shared/control/ticks.ts';
import { CronError } from '../../shared/domain/errors.ts';

/** Independent reading of what AWS documents: ranges, lists, `*`, `?`; Sunday is 1. */
function awsMatches(expression: string, at: Date): boolean {
  const [minute = '', hour = '', day = '', month = '', weekday = '', year = ''] = expression
    .replace(/^cron\((.*)\)$/, '$1')
    .split(' ');
  const includes = (field: string, value: number): boolean =>
    field === '*' ||
    field === '?' ||
    field.split(',').some((part) => {
      const [from = Number.NaN, to = from] = part.split('-').map(Number);
      return value >= from && value <= to;
    });
  return (
    year === '*' &&
    includes(minute, at.getUTCMinutes()) &&
    includes(hour, at.getUTCHours()) &&
    includes(day, at.getUTCDate()) &&
    includes(month, at.getUTCMonth() + 1) &&
    includes(weekday, at.getUTCDay() + 1)
  );
}

/** A field: `*`, values, ranges, steps, and lists of them. */
function field(min: number, max: number): fc.Arbitrary<string> {
  const value = fc.integer({ min, max });
  const range = fc.tuple(value, value).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`);
  const step = fc.integer({ min: 1, max: max - min });
  const part = fc.oneof(
    value.map(String),
    range,
    fc.tuple(range, step).map(([of, by]) => `${of}/${by}`),
    step.map((by) => `*/${by}`),
  );
  return fc.oneof(
    fc.constant('*'),
    fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(',')),
  );
}

/** Parts of crons, right and wrong, put together at random. */
const oddPart = fc
  .tuple(
    fc.constantFrom('*', '0', '1', '5', '06', '7', '12', '24', '31', '60', 'SUN', 'mon', 'Sat', 'JAN', 'L', '?', ''),
    fc.constantFrom('', '', '', '-0', '-7', '-31', '-SUN', '-fri', '-DEC', '-'),
    fc.constantFrom('', '', '', '/1', '/2', '/7', '/24', '/61', '/0', '/'),
  )
  .map((parts) => parts.join(''));
const oddField = fc.oneof(
  { weight: 3, arbitrary: fc.constant('*') },
  fc.array(oddPart, { minLength: 1, maxLength: 2 }).map((parts) => parts.join(',')),
);
const oddCron = fc.tuple(oddField, oddField, oddField, oddField, oddField).map((fields) => fields.join(' '));

const days = fc.oneof(fc.tuple(field(1, 28), fc.constant('*')), fc.tuple(fc.constant('*'), field(0, 7)));
const cron = fc
  .tuple(field(0, 59), field(0, 23), days, field(1, 12))
  .map(([minute, hour, [day, weekday], month]) => `${minute} ${hour} ${day} ${month} ${weekday}`);

describe('a cron, deployed', () => {
  test('fires when the unix cron does, and at no other minute', () => {
    fc.assert(
      fc.property(
        cron,
        fc.date({ min: new Date('2026-01-01'), max: new Date('2029-12-31'), noInvalidDate: true }),
        (unix, from) => {
          const aws = awsCron(unix);
          const start = new Date(Math.floor(from.getTime() / 60_000) * 60_000);
          const [next] = new Cron(unix, { timezone: 'UTC' }).nextRuns(1, new Date(start.getTime() - 1));
          if (!next) throw new Error(`${unix} never fires`);
          expect(awsMatches(aws, next), `${aws} at ${next.toISOString()}, for ${unix}`).toBe(true);
          // Up to two days of the minutes before it: AWS must be silent in each.
          const until = Math.min(next.getTime(), start.getTime() + 2 * 86_400_000);
          for (let at = start.getTime(); at < until; at += 60_000) {
            if (awsMatches(aws, new Date(at)))
              throw new Error(`${aws} fires at ${new Date(at).toISOString()}, ${unix} doesn't`);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  test('is one that the embedded host and the sweeper can read, and that fires', () => {
    fc.assert(
      fc.property(oddCron, (unix) => {
        try {
          awsCron(unix);
        } catch (error) {
          if (error instanceof CronError) return;
          throw error;
        }
        const next = nextTick({ cron: unix, timeZone: 'UTC' }, Date.UTC(2026, 0, 1));
        expect(next !== null && awsMatches(awsCron(unix), new Date(next)), unix).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  test.each([
    ['0 2 1 * *', 'cron(0 2 1 * ? *)'],
    ['*/15 * * * *', 'cron(0,15,30,45 * * * ? *)'],
    ['0 9 * * 1-5', 'cron(0 9 ? * 2-6 *)'],
    ['0 9 * * 0', 'cron(0 9 ? * 1 *)'],
    ['0 9 * * 7', 'cron(0 9 ? * 1 *)'],
    ['0 9 * * FRI-SUN', 'cron(0 9 ? * 1,6,7 *)'],
    ['0 9 * * sun', 'cron(0 9 ? * 1 *)'],
    ['30 4 1,15 JAN-MAR *', 'cron(30 4 1,15 1-3 ? *)'],
    ['5-59/20 * * * *', 'cron(5,25,45 * * * ? *)'],
    ['0 0 29 2 *', 'cron(0 0 29 2 ? *)'],
    ['0 0 * * 0-6', 'cron(0 0 * * ? *)'],
  ])('%s → %s', (unix, aws) => expect(awsCron(unix)).toBe(aws));

  test.each([
    ['0 2 1 *', /five fields/],
    ['0  2 1 * *', /five fields/],
    ['0 0 2 1 * *', /five fields/],
    ['0 2 1 * 1', /both days of the month and days of the week/],
    ['60 2 * * *', /minute is "60"; allowed are 0–59/],
    ['0 24 * * *', /hour is "24"; allowed are 0–23/],
    ['0 2 * * 8', /day-of-week is "8"; allowed are 0–7 or SUN–SAT/],
    ['0 2 * FOO *', /month is "FOO"; allowed are 1–12 or JAN–DEC/],
    ['0 2 L * *', /day-of-month is "L"/],
    ['0 2 ? * *', /day-of-month holds "\?"/],
    ['0 2 * * 5#2', /day-of-week holds "5#2"/],
    ['0 2 30 2 *', /never fire/],
    ['5/20 * * * *', /step "5\/20"; before the \/ must stand \* or a range/],
    ['*/0 * * * *', /minute holds the step "\*\/0"; allowed are 1–60/],
    ['0 */25 * * *', /hour holds the step "\*\/25"; allowed are 1–24/],
    ['0 0 * * 6-0', /runs backwards/],
    // To unix that is every day; to AWS, which takes no more than the weekday, every Monday.
    ['0 0 1-31 * 1', /both days of the month and days of the week/],
    ['0 5-2 * * *', /runs backwards/],
    ['0 1, * * *', /hour holds ""/],
  ])('%s is refused: %s', (unix, said) => expect(() => awsCron(unix)).toThrow(said));
});
