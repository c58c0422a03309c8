/**
 * What clocks show in a time zone. A *local time* is written as the milliseconds that `Date.UTC` gives for what the clock shows;
 * an *instant* is epoch milliseconds, as everywhere.
 */

const DAY_MS = 86_400_000;

/** Making a formatter takes longer than a thousand uses of it. */
const formats = new Map<string, Intl.DateTimeFormat>();

/** Gives the local time at an instant. */
export function localTimeAt(timeZone: string, instant: number): number {
  return instant + offsetAt(timeZone, instant);
}

/**
 * Gives the instants at which clocks show a local time, first to last: one; none where they are set forward over it; two where
 * they are set back behind it.
 */
export function instantsOf(timeZone: string, local: number): readonly number[] {
  return offsetsAround(timeZone, local, local)
    .map((offset) => local - offset)
    .filter((instant) => localTimeAt(timeZone, instant) === local)
    .sort((a, b) => a - b);
}

/**
 * The offsets that hold some time between two local times, in milliseconds ahead of UTC: one, or two where the clocks are changed.
 * No zone is a day from UTC, and none changes its clocks twice within three days.
 */
export function offsetsAround(timeZone: string, from: number, to: number): readonly number[] {
  return [...new Set([offsetAt(timeZone, from - DAY_MS), offsetAt(timeZone, to + DAY_MS)])];
}

function offsetAt(timeZone: string, instant: number): number {
  const format = formats.get(timeZone) ?? new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
  formats.set(timeZone, format);
  // It ends in GMT, GMT-03:30 or, long ago, GMT-00:01:15.
  const [, sign, hours = 0, minutes = 0, seconds = 0] =
    /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(format.format(instant)) ?? [];
  return (sign === '-' ? -1 : 1) * (Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds)) * 1_000;
}
