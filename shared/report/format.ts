import { shortened } from '../domain/text.ts';

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const precise = new Intl.NumberFormat('en', { maximumSignificantDigits: 4 });
const scientific = new Intl.NumberFormat('en', { notation: 'scientific', maximumSignificantDigits: 3 });
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 4 });
const percentage = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 1 });
const moment = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium', timeZone: 'UTC' });

/** A number for people: thousands separated, four digits where it's small; `–` where there is none. */
export function number(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e15 || size < 1e-4)) return scientific.format(value);
  return (size >= 1_000 ? whole : precise).format(value);
}

/** A number at an axis, where there is little room: `900M` for what is large. */
export function axisNumber(value: number): string {
  const size = Math.abs(value);
  return size >= 1e7 && size < 1e15 ? compact.format(value) : number(value);
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

/** A cell or a figure for people: a number with its unit; `–` where there is none. */
export function shown(value: string | number | boolean | null, unit?: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  const text = number(value);
  if (unit === undefined || text === '–') return text;
  return unit === '%' ? `${text}%` : `${text} ${unit}`;
}

/**
 * A text on one line, without what could command a terminal, start a header or turn round what stands beside it: control
 * characters, those that set a direction of writing, and those that no XML may hold.
 */
export function line(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/[\p{Bidi_Control}\p{Noncharacter_Code_Point}]/gu, '')
    .trim();
}

/** At most `length` characters on one line, cut at the end of one. */
export function short(text: string, length: number): string {
  return shortened(line(text).replace(/\s+/g, ' '), length);
}

/** `, and 7 more` where there are more than were named; nothing where there aren't. */
export function andMore(all: number, named: number): string {
  return all > named ? `, and ${number(all - named)} more` : '';
}

/** A table's cell for people, as its column says. */
export function cellIn(
  { kind, unit }: { readonly kind?: string | undefined; readonly unit?: string | undefined },
  cell: string | number | boolean | null,
): string {
  return kind === 'time' && typeof cell === 'number' ? dateTime(cell) : shown(cell, unit);
}

/** Says how much of a list is shown; nothing where that is all of it. */
export function cutNote(all: number, drawn: number): string[] {
  return all > drawn ? [`${number(drawn)} of ${number(all)} rows are shown.`] : [];
}

/** How moments are named on an axis of so many milliseconds: in UTC, as short as they can be told apart. */
export function axisTime(spanMs: number): (epochMs: number) => string {
  const day = 86_400_000;
  const parts: Intl.DateTimeFormatOptions =
    spanMs <= day / 144
      ? { hour: '2-digit', minute: '2-digit', second: '2-digit' }
      : spanMs <= 2 * day
        ? { hour: '2-digit', minute: '2-digit' }
        : spanMs <= 300 * day
          ? { day: 'numeric', month: 'short' }
          : { month: 'short', year: 'numeric' };
  const format = new Intl.DateTimeFormat('en-GB', { ...parts, timeZone: 'UTC' });
  return (epochMs) => format.format(epochMs);
}
