const DAYS = 'Mon|Tue|Wed|Thu|Fri|Sat|Sun';
const LONG_DAYS = 'Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday';
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const MONTH = `(?<month>${MONTHS.join('|')})`;
const TIME = '(?<hour>\\d\\d):(?<minute>\\d\\d):(?<second>\\d\\d)';

/** The three forms of an HTTP date (RFC 9110, 5.6.7), and no other that a JavaScript engine may read. */
const DATES = [
  new RegExp(`^(?:${DAYS}), (?<day>\\d\\d) ${MONTH} (?<year>\\d{4}) ${TIME} GMT$`),
  new RegExp(`^(?:${LONG_DAYS}), (?<day>\\d\\d)-${MONTH}-(?<year>\\d\\d) ${TIME} GMT$`),
  new RegExp(`^(?:${DAYS}) ${MONTH} (?<day>[ \\d]\\d) ${TIME} (?<year>\\d{4})$`),
];

/** A comma between two values of one header; the one within a date is followed by its day and month. */
const BETWEEN = /,(?!\s*\d\d[ -][A-Z])/;

/**
 * The wait that a `Retry-After` asks for, in milliseconds: seconds, also fractions of them, or an HTTP date; of several, the longest. 0
 * where it is absent, gone by, negative or unreadable.
 * @param now the service's own time, epoch milliseconds, where it is known: its date is of its clock
 */
export function retryAfterMs(header: string | null, now: number): number {
  if (header === null) return 0;
  return Math.max(...header.split(BETWEEN).map((value) => waitOf(value.trim(), now)));
}

function waitOf(value: string, now: number): number {
  if (/^(?:\d+(?:\.\d*)?|\.\d+)$/.test(value)) return Math.ceil(Number(value) * 1_000);
  const date = parseHttpDate(value, now);
  return date === null ? 0 : Math.max(0, date - now);
}

/** An HTTP date in epoch milliseconds; null for anything else, such as the 31st of a month that has none. */
export function parseHttpDate(text: string, now: number): number | null {
  const parts = DATES.map((form) => form.exec(text)?.groups).find((groups) => groups !== undefined);
  if (!parts) return null;
  const { year = '', month = '', day = '', hour = '', minute = '', second = '' } = parts;
  const [h, m, s] = [Number(hour), Number(minute), Number(second)];
  // A leap second is one.
  if (h > 23 || m > 59 || s > 60) return null;
  const date = new Date(Date.UTC(fullYear(year, now), MONTHS.indexOf(month), Number(day)));
  if (date.getUTCDate() !== Number(day)) return null;
  return date.getTime() + ((h * 60 + m) * 60 + s) * 1_000;
}

/** Two digits mean the year that ends in them and isn't more than fifty years ahead. */
function fullYear(year: string, now: number): number {
  if (year.length === 4) return Number(year);
  const current = new Date(now).getUTCFullYear();
  const thisCentury = current - (current % 100) + Number(year);
  return thisCentury > current + 50 ? thisCentury - 100 : thisCentury;
}
