import { InvalidArgumentError } from 'commander';
import { show } from '../shared/domain/errors.ts';
import { NAME, RUN_ID } from '../shared/domain/ids.ts';
import type { Json } from '../shared/domain/json.ts';
import { CHILD_STATUSES, type ChildStatus } from '../shared/domain/row.ts';

const LARGEST = 1_000_000_000;

export function wholeNumber(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= LARGEST) return value;
  throw new InvalidArgumentError(`It must be a whole number from 1 to 1,000,000,000; received ${show(text)}.`);
}

/** Calls a second, also fractions. */
export function rate(text: string): number {
  const value = Number(text);
  if (/^\d+(?:\.\d+)?$/.test(text) && value >= 0.001 && value <= 100_000) return value;
  throw new InvalidArgumentError(`It must be a number from 0.001 to 100,000; received ${show(text)}.`);
}

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };
const LONGEST_DAYS = 365;

/** `90s`, `30m`, `2h` or `1d`, in seconds: a year's at most, as nobody means more. */
export function timeSpan(text: string): number {
  const [, number = '', unit = ''] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  const seconds = Number(number) * (UNITS[unit] ?? 0);
  if (seconds > 0 && seconds <= LONGEST_DAYS * 86_400) return seconds;
  throw new InvalidArgumentError(
    `It must be a time such as 90s, 30m, 2h or 1d, and ${LONGEST_DAYS}d at most; received ${show(text)}.`,
  );
}

/** A service's address: a pipeline's path is put behind it, and what it holds stands in logs. */
export function httpUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  // By its text too: an empty query leaves no trace in a parsed URL, but would swallow the path.
  const isPlain = url && url.username === '' && url.password === '' && !/[?#]/.test(text);
  if (isPlain && /^https?:$/.test(url.protocol)) return text;
  const received = url?.password ? `${url.protocol}//${url.username}:…@${url.host}` : text;
  throw new InvalidArgumentError(
    `It must be an http or https URL, http(s)://host[:port][/path], without user, query or fragment; received ${show(received)}.`,
  );
}

export function json(text: string): Json {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InvalidArgumentError(
      `It must be JSON; received ${show(text)}: ${error instanceof Error ? error.message : String(error)}.`,
    );
  }
}

/** A new run's id: the caller's. */
export function newRunId(text: string): string {
  if (NAME.test(text)) return text;
  throw new InvalidArgumentError(`It must match [A-Za-z0-9_-]{1,48}; received ${show(text)}.`);
}

/** An existing run's id, which may be a redrive's. */
export function runId(text: string): string {
  if (RUN_ID.test(text)) return text;
  throw new InvalidArgumentError(`It must be a run id, such as march or march~2; received ${show(text)}.`);
}

/** CloudFormation puts it into a stack's name, which takes no underscore. */
const STAGE = /^[A-Za-z0-9-]{1,48}$/;

export function stage(text: string): string {
  if (STAGE.test(text)) return text;
  throw new InvalidArgumentError(`It must be a stage's name, such as dev or prod; received ${show(text)}.`);
}

const STATUSES = ['FAILED', 'CANCELLED', 'EXPIRED'] as const;

/** `failed,expired`, in any case, also repeated. */
export function statuses(text: string, before: readonly string[] = []): string[] {
  const named = text.toUpperCase().split(',');
  const wrong = named.find((name) => !STATUSES.some((status) => status === name));
  if (wrong === undefined) return [...before, ...named];
  throw new InvalidArgumentError(`It must be of ${STATUSES.join(', ').toLowerCase()}; received ${show(text)}.`);
}

/** The same of all ways in which a child ends. */
export function childStatuses(text: string, before: readonly ChildStatus[] = []): ChildStatus[] {
  const named = text.split(',').map((name) => CHILD_STATUSES.find((status) => status === name.toUpperCase()));
  if (named.every((status) => status !== undefined)) return [...before, ...named];
  throw new InvalidArgumentError(`It must be of ${CHILD_STATUSES.join(', ').toLowerCase()}; received ${show(text)}.`);
}

export function several(text: string, before: readonly string[] = []): string[] {
  return [...before, ...text.split(',')];
}

/** An option that is repeated for each of its texts. */
export function eachOf(text: string, before: readonly string[] = []): string[] {
  return [...before, text];
}
