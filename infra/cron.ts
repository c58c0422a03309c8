import { Cron } from 'croner';
import { InfraError } from './errors.ts';

interface Field {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly words?: readonly string[];
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const DAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

const FIELDS = {
  minute: { name: 'minute', min: 0, max: 59 },
  hour: { name: 'hour', min: 0, max: 23 },
  dayOfMonth: { name: 'day-of-month', min: 1, max: 31 },
  month: { name: 'month', min: 1, max: 12, words: MONTHS },
  // 7 is Sunday too, as in every cron.
  dayOfWeek: { name: 'day-of-week', min: 0, max: 7, words: DAYS },
} as const satisfies Record<string, Field>;

/** The longest each month can be; 29 for February: once in four years is still a time. */
const MONTH_DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * Turns a five-field unix cron expression into EventBridge Scheduler's six-field one, e.g. `0 2 1 * *` into
 * `cron(0 2 1 * ? *)`. Values, names, ranges, lists and steps are understood. Every field is expanded to the set of its
 * values and written back as plain ranges and lists, so that no difference between the two dialects (a step's start,
 * Sunday as 0, 1 or 7) can survive.
 * @throws {InfraError} for what isn't a cron expression, never fires, or fires on a day-of-month *or* a day-of-week
 * (unix joins the two by "or"; AWS can't).
 */
export function awsCron(expression: string): string {
  const fail = (problem: string): InfraError =>
    new InfraError(`The schedule's cron ${JSON.stringify(expression)} can't be deployed: ${problem}`);
  const parts = expression.trim().split(/\s+/);
  const [minute, hour, dayOfMonth, month, dayOfWeek] = parts;
  if (parts.length !== 5 || !minute || !hour || !dayOfMonth || !month || !dayOfWeek) {
    throw fail(`it has ${parts.length} fields; allowed are 5: minute hour day-of-month month day-of-week.`);
  }
  const values = {
    minute: expand(minute, FIELDS.minute, fail),
    hour: expand(hour, FIELDS.hour, fail),
    dayOfMonth: expand(dayOfMonth, FIELDS.dayOfMonth, fail),
    month: expand(month, FIELDS.month, fail),
    // Sunday is 0 in unix, 1 in AWS.
    dayOfWeek: new Set([...expand(dayOfWeek, FIELDS.dayOfWeek, fail)].map((day) => (day % 7) + 1)),
  };
  const anyDay = values.dayOfMonth.size === 31;
  const anyWeekday = values.dayOfWeek.size === 7;
  if (!anyDay && !anyWeekday) {
    throw fail('it names both days of the month and days of the week; AWS takes one of the two, so one must be *.');
  }
  if (![...values.month].some((m) => [...values.dayOfMonth].some((day) => day <= (MONTH_DAYS[m - 1] ?? 0)))) {
    throw fail('no month it names has a day it names, so it would never fire.');
  }
  try {
    // The embedded host and the sweeper read the same expression by this library: all three must take it.
    new Cron(expression, { paused: true });
  } catch (error) {
    throw fail(error instanceof Error ? error.message : String(error));
  }
  const fields = [
    compress(values.minute, 60),
    compress(values.hour, 24),
    anyWeekday ? compress(values.dayOfMonth, 31) : '?',
    compress(values.month, 12),
    anyWeekday ? '?' : compress(values.dayOfWeek, 7),
    '*',
  ];
  return `cron(${fields.join(' ')})`;
}

/** The set of values a field stands for. */
function expand(text: string, field: Field, fail: (problem: string) => Error): Set<number> {
  const values = new Set<number>();
  for (const part of text.split(',')) {
    const match = /^(?:\*|([A-Za-z0-9]+)(?:-([A-Za-z0-9]+))?)(?:\/(\d+))?$/.exec(part);
    if (!match) {
      throw fail(
        `its ${field.name} holds ${JSON.stringify(part)}; allowed are *, values, a-b ranges, /n steps and lists.`,
      );
    }
    const [, first, last, every] = match;
    const step = every === undefined ? 1 : Number(every);
    if (step < 1) throw fail(`its ${field.name} holds the step ${JSON.stringify(part)}; a step must be at least 1.`);
    const from = first === undefined ? field.min : value(first, field, fail);
    let to = first === undefined ? field.max : value(last ?? first, field, fail);
    // `SUN` closes a range as 7, FRI-SUN; `*` holds it once, as 0.
    if (field.max === 7 && from > 0 && to === 0) to = 7;
    if (field.max === 7 && first === undefined) to = 6;
    if (to < from) throw fail(`its ${field.name} range ${JSON.stringify(part)} runs backwards.`);
    for (let at = from; at <= to; at += step) values.add(at);
  }
  return values;
}

function value(text: string, field: Field, fail: (problem: string) => Error): number {
  const word = field.words?.indexOf(text.toUpperCase()) ?? -1;
  const number = word >= 0 ? word + (field.min === 1 ? 1 : 0) : /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isInteger(number) && number >= field.min && number <= field.max) return number;
  const names = field.words ? ` or ${field.words[0]}–${field.words.at(-1)}` : '';
  throw fail(`its ${field.name} is ${JSON.stringify(text)}; allowed are ${field.min}–${field.max}${names}.`);
}

/** `{1,2,3,7}` → `1-3,7`; all `size` values → `*`. */
function compress(values: ReadonlySet<number>, size: number): string {
  if (values.size === size) return '*';
  const runs: [number, number][] = [];
  for (const at of [...values].sort((a, b) => a - b)) {
    const run = runs.at(-1);
    if (run && run[1] === at - 1) run[1] = at;
    else runs.push([at, at]);
  }
  return runs
    .map(([from, to]) => (from === to ? `${from}` : to === from + 1 ? `${from},${to}` : `${from}-${to}`))
    .join(',');
}
