import { readCron } from '../shared/author/cron.ts';

/**
 * Turns a five-field unix cron expression into EventBridge Scheduler's six-field one, e.g. `0 2 1 * *` into
 * `cron(0 2 1 * ? *)`. Every field is expanded to the set of its values and written back as plain ranges and lists, so
 * that no difference between the two dialects (a step's start, Sunday as 0, 1 or 7) can survive.
 * @throws {CronError} for what a definition can't have either
 */
export function awsCron(expression: string): string {
  const { minute, hour, dayOfMonth, month, dayOfWeek } = readCron(expression);
  const anyWeekday = dayOfWeek.size === 7;
  // Sunday is 0 in unix, 1 in AWS.
  const weekdays = new Set([...dayOfWeek].map((day) => day + 1));
  const fields = [
    compress(minute, 60),
    compress(hour, 24),
    anyWeekday ? compress(dayOfMonth, 31) : '?',
    compress(month, 12),
    anyWeekday ? '?' : compress(weekdays, 7),
    '*',
  ];
  return `cron(${fields.join(' ')})`;
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
