import { CronError } from '../domain/errors.ts';

interface Field {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** How many values `*` stands for. */
  readonly size: number;
  readonly words?: readonly string[];
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

const FIELDS = {
  minute: { name: 'minute', min: 0, max: 59, size: 60 },
  hour: { name: 'hour', min: 0, max: 23, size: 24 },
  dayOfMonth: { name: 'day-of-month', min: 1, max: 31, size: 31 },
  month: { name: 'month', min: 1, max: 12, size: 12, words: MONTHS },
  // 7 is Sunday too, as in every cron.
  dayOfWeek: { name: 'day-of-week', min: 0, max: 7, size: 7, words: DAYS },
} as const satisfies Record<string, Field>;

/** The longest each month can be; 29 for February: once in four years is still a time. */
const MONTH_DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** The times a cron stands for: the values of each field; Sunday is 0. */
export type CronTimes = Readonly<Record<keyof typeof FIELDS, ReadonlySet<number>>>;

/**
 * Reads a five-field unix cron expression, such as `0 2 1 * *`: values, names, ranges, lists and steps. What passes means the
 * same to EventBridge Scheduler, which gets these values, and to shared/control/ticks.ts, by which the embedded host and the sweeper
 * know when it is due.
 * @throws {CronError} for all else, for what never fires, and for what fires on a day-of-month *or* a day-of-week (unix
 * joins the two by "or"; AWS can't).
 */
export function readCron(expression: string): CronTimes {
  const [minute, hour, dayOfMonth, month, dayOfWeek, ...more] = expression.split(' ');
  if (!minute || !hour || !dayOfMonth || !month || !dayOfWeek || more.length > 0) {
    throw new CronError('must have five fields: minute hour day-of-month month day-of-week, e.g. "0 2 1 * *"');
  }
  const times = {
    minute: expand(minute, FIELDS.minute),
    hour: expand(hour, FIELDS.hour),
    dayOfMonth: expand(dayOfMonth, FIELDS.dayOfMonth),
    month: expand(month, FIELDS.month),
    dayOfWeek: new Set([...expand(dayOfWeek, FIELDS.dayOfWeek)].map((day) => day % 7)),
  };
  // By their text: to unix `1-31` is days of the month like any others, so that every day fires, whatever the weekday.
  if (dayOfMonth !== '*' && dayOfWeek !== '*') {
    throw new CronError('names both days of the month and days of the week; AWS takes one of the two: one must be *');
  }
  if (![...times.month].some((m) => [...times.dayOfMonth].some((day) => day <= (MONTH_DAYS[m - 1] ?? 0)))) {
    throw new CronError('has no month with a day it names, so it would never fire');
  }
  return times;
}

/** The set of values a field stands for. */
function expand(text: string, field: Field): Set<number> {
  const { name, min, max, size } = field;
  const values = new Set<number>();
  for (const part of text.split(',')) {
    const shown = JSON.stringify(part);
    const match = /^(?:\*|([A-Za-z0-9]+)(?:-([A-Za-z0-9]+))?)(?:\/(\d+))?$/.exec(part);
    if (!match)
      throw new CronError(`its ${name} holds ${shown}; allowed are *, values, a-b ranges, /n steps and lists`);
    const [, first, last, every] = match;
    const step = every === undefined ? 1 : Number(every);
    if (step < 1 || step > size) throw new CronError(`its ${name} holds the step ${shown}; allowed are 1–${size}`);
    if (every !== undefined && first !== undefined && last === undefined) {
      throw new CronError(`its ${name} holds the step ${shown}; before the / must stand * or a range`);
    }
    const from = first === undefined ? min : value(first, field);
    let to = first === undefined ? max : value(last ?? first, field);
    if (max === 7) {
      // `SUN` closes a range as 7, FRI-SUN; `*` holds it once, as 0.
      if (first === undefined) to = 6;
      else if (last?.toUpperCase() === 'SUN') to = 7;
    }
    if (to < from) throw new CronError(`its ${name} holds the range ${shown}, which runs backwards`);
    for (let at = from; at <= to; at += step) values.add(at);
  }
  return values;
}

function value(text: string, { name, min, max, words }: Field): number {
  const word = words?.indexOf(text.toUpperCase()) ?? -1;
  const number = word >= 0 ? word + (min === 1 ? 1 : 0) : /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isInteger(number) && number >= min && number <= max) return number;
  const names = words ? ` or ${words[0]}–${words.at(-1)}` : '';
  throw new CronError(`its ${name} is ${JSON.stringify(text)}; allowed are ${min}–${max}${names}`);
}
