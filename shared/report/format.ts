const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const precise = new Intl.NumberFormat('en', { maximumSignificantDigits: 4 });
const scientific = new Intl.NumberFormat('en', { notation: 'scientific', maximumSignificantDigits: 3 });
const percentage = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 1 });
const moment = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium', timeZone: 'UTC' });

/** A number for people: thousands separated, four digits where it's small; `–` where there is none. */
export function number(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e15 || size < 1e-4)) return scientific.format(value);
  return (size >= 1_000 ? whole : precise).format(value);
}

/** A share with one decimal. What is small or nearly all doesn't become 0% or 100%. */
export function percent(part: number, of: number): string {
  if (of === 0) return '–';
  const share = part / of;
  if (share > 0 && share < 0.000_5) return '<0.1%';
  return share < 1 && share > 0.999_5 ? '>99.9%' : percentage.format(share);
}

/** A moment in UTC, such as `5 Nov 2026, 02:00:13 UTC`. */
export function dateTime(epochMs: number): string {
  return `${moment.format(epochMs)} UTC`;
}

/** A duration in its two largest units, such as `1 h 02 min` or `41.6 s`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, ms) / 1_000;
  const two = (value: number) => String(value).padStart(2, '0');
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(Math.round(seconds) / 60);
  if (minutes < 60) return `${minutes} min ${two(Math.round(seconds) % 60)} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${two(minutes % 60)} min` : `${Math.floor(hours / 24)} d ${two(hours % 24)} h`;
}

/** At most `length` characters on one line. */
export function short(text: string, length: number): string {
  const characters = [...text.replace(/\s+/g, ' ')];
  return characters.length > length ? `${characters.slice(0, length - 1).join('')}…` : characters.join('');
}
