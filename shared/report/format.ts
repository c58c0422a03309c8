import { shortened } from '../domain/text.ts';
import { decimalsFor, isScientific } from './decimals.ts';

/** How a report's numbers and dates are written, and what colour its bars have. */
export interface FormatOptions {
  /** A BCP 47 tag, such as `de-CH`. Default: English, dates with the day first. */
  readonly locale?: string | undefined;
  /** Default UTC. */
  readonly timeZone?: string | undefined;
  /** Of bars and first lines, as `#rrggbb`. */
  readonly colour?: string | undefined;
}

/** Decimals of a number beside others: all of `exactly`, as in a column, or `atMost` so many. */
export type Decimals = { readonly exactly: number } | { readonly atMost: number } | null;

type Value = string | number | boolean | null;

/** Writes numbers and moments for people. Each report has one, so that all in it are written alike. */
export interface Format {
  /** Of bars and first lines, where the report has one of its own. */
  readonly colour: string | undefined;
  /** Thousands separated, four digits where it's small, or with these decimals; `–` where there is none. */
  number(value: number | null, decimals?: Decimals): string;
  /** A measured pace, such as `4,800/s`; a slow one with a decimal. */
  rate(perSecond: number): string;
  /** What a call takes, such as `1,250 ms`. */
  milliseconds(ms: number): string;
  /** US dollars, such as `$12.50` or `$0.0042`. */
  dollars(value: number): string;
  /** A share with one decimal. What is small or nearly all doesn't become 0% or 100%. */
  percent(part: number, of: number): string;
  /** Such as `5 Nov 2026, 02:00:13 UTC`. */
  dateTime(epochMs: number): string;
  /** In its two largest units, such as `1 h 02 min` or `41.6 s`. */
  duration(ms: number): string;
  /**
   * How many decimals the numbers of a section have that are of one unit, `own` in all; null where each is written for itself.
   * @param of the section
   */
  decimals(of: { readonly key?: string | undefined }, unit: string | undefined, own: readonly number[]): number | null;
  /** A cell or a figure: a number with its unit. */
  shown(value: Value, unit?: string, decimals?: Decimals): string;
  /** A table's cell, as its column says. */
  cellIn(
    column: { readonly kind?: string | undefined; readonly unit?: string | undefined },
    cell: Value,
    decimals?: Decimals,
  ): string;
  /** At an axis, where there is little room: `900M` for what is large. */
  axisNumber(value: number): string;
  /** How moments are named on an axis of so many milliseconds: as short as they can be told apart. */
  axisTime(spanMs: number): (epochMs: number) => string;
  /** `, and 7 more` where there are more than were named; nothing where there aren't. */
  andMore(all: number, named: number): string;
  /** Says how much of a list is shown; nothing where that is all of it. */
  cutNote(all: number, drawn: number): string[];
}

export function formatOf({ locale, timeZone = 'UTC', colour }: FormatOptions = {}): Format {
  const [forNumbers, forDates] = [locale ?? 'en', locale ?? 'en-GB'];
  const numbers = (options: Intl.NumberFormatOptions) => new Intl.NumberFormat(forNumbers, options);
  // Each is made when it is first used: to make them all would hold up a command line.
  const whole = once(() => numbers({ maximumFractionDigits: 0 }));
  const precise = once(() => numbers({ maximumSignificantDigits: 4 }));
  const scientific = once(() => numbers({ notation: 'scientific', maximumSignificantDigits: 3 }));
  const compact = once(() => numbers({ notation: 'compact', maximumSignificantDigits: 4 }));
  const percentage = once(() => numbers({ style: 'percent', maximumFractionDigits: 1 }));
  const moment = once(() => new Intl.DateTimeFormat(forDates, { dateStyle: 'medium', timeStyle: 'medium', timeZone }));
  const zone = once(() => new Intl.DateTimeFormat(forDates, { timeZone, timeZoneName: 'short' }));
  const withDecimals = new Map<string, Intl.NumberFormat>();
  const decimal = (least: number, most: number): Intl.NumberFormat => {
    const key = `${least} ${most}`;
    const known = withDecimals.get(key) ?? numbers({ minimumFractionDigits: least, maximumFractionDigits: most });
    withDecimals.set(key, known);
    return known;
  };

  const number: Format['number'] = (value, decimals = null) => {
    if (value === null || !Number.isFinite(value)) return '–';
    if (isScientific(value)) return scientific().format(value);
    if (decimals && 'exactly' in decimals) return decimal(decimals.exactly, decimals.exactly).format(value);
    if (decimals) return decimal(0, decimals.atMost).format(value);
    return (Math.abs(value) >= 1_000 ? whole() : precise()).format(value);
  };
  const percent: Format['percent'] = (part, of) => {
    if (of === 0) return '–';
    const share = part / of;
    if (share > 0 && share < 0.000_5) return `<${percentage().format(0.001)}`;
    return share < 1 && share > 0.999_5 ? `>${percentage().format(0.999)}` : percentage().format(share);
  };
  const dateTime: Format['dateTime'] = (epochMs) => {
    const name =
      zone()
        .formatToParts(epochMs)
        .find(({ type }) => type === 'timeZoneName')?.value ?? timeZone;
    return `${moment().format(epochMs)} ${name}`;
  };
  const duration: Format['duration'] = (ms) => {
    const seconds = Math.max(0, ms) / 1_000;
    const two = (value: number) => String(value).padStart(2, '0');
    if (seconds < 59.95) return `${decimal(1, 1).format(seconds)} s`;
    const minutes = Math.floor(Math.round(seconds) / 60);
    if (minutes < 60) return `${minutes} min ${two(Math.round(seconds) % 60)} s`;
    const hours = Math.floor(minutes / 60);
    return hours < 48 ? `${hours} h ${two(minutes % 60)} min` : `${Math.floor(hours / 24)} d ${two(hours % 24)} h`;
  };
  const shown: Format['shown'] = (value, unit, decimals) => {
    if (typeof value === 'string') return value;
    if (typeof value === 'boolean') return value ? 'yes' : 'no';
    const text = number(value, decimals);
    if (unit === undefined || text === '–') return text;
    return unit === '%' || unit.startsWith('/') ? `${text}${unit}` : `${text} ${unit}`;
  };
  const rate: Format['rate'] = (perSecond) =>
    perSecond > 0 && perSecond < 9.95
      ? `${decimal(1, 1).format(Math.max(0.1, perSecond))}/s`
      : `${number(Math.round(perSecond))}/s`;
  const dollars: Format['dollars'] = (value) => {
    if (value > 0 && value < 0.000_1) return `<$${decimal(4, 4).format(0.000_1)}`;
    return `$${decimal(2, value > 0 && value < 0.01 ? 4 : 2).format(value)}`;
  };
  return {
    colour,
    number,
    rate,
    milliseconds: (ms) => `${number(Math.round(ms))} ms`,
    dollars,
    percent,
    dateTime,
    duration,
    decimals: (_, __, own) => decimalsFor(own),
    shown,
    cellIn: ({ kind, unit }, cell, decimals) =>
      kind === 'time' && typeof cell === 'number' ? dateTime(cell) : shown(cell, unit, decimals),
    axisNumber(value) {
      const size = Math.abs(value);
      return size >= 1e7 && size < 1e15 ? compact().format(value) : number(value);
    },
    axisTime(spanMs) {
      const format = new Intl.DateTimeFormat(forDates, { ...axisParts(spanMs), timeZone });
      return (epochMs) => format.format(epochMs);
    },
    andMore: (all, named) => (all > named ? `, and ${number(all - named)} more` : ''),
    cutNote: (all, drawn) => (all > drawn ? [`${number(drawn)} of ${number(all)} rows are shown.`] : []),
  };
}

function axisParts(spanMs: number): Intl.DateTimeFormatOptions {
  const day = 86_400_000;
  if (spanMs <= day / 144) return { hour: '2-digit', minute: '2-digit', second: '2-digit' };
  if (spanMs <= 2 * day) return { hour: '2-digit', minute: '2-digit' };
  return spanMs <= 300 * day ? { day: 'numeric', month: 'short' } : { month: 'short', year: 'numeric' };
}

/** What is made at most once, and not before it is asked for. */
function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** In English and UTC, for what isn't a report: consoles, and reports that ask for nothing else. */
export const DEFAULT_FORMAT: Format = formatOf();
export const { number, rate, milliseconds, dollars, percent, dateTime, duration, shown } = DEFAULT_FORMAT;

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
