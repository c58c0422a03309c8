import * as z from 'zod';
import { strictOptions } from '../shared/author/options.ts';
import type { Reduce } from '../shared/author/reduce.ts';
import { NotJsonError, show } from '../shared/domain/errors.ts';
import { childId } from '../shared/domain/ids.ts';
import { jsonText } from '../shared/domain/json.ts';
import { SIZES } from '../shared/domain/limits.ts';
import type { Row, SucceededRow, UnsuccessfulRow } from '../shared/domain/row.ts';
import { beginning } from '../shared/domain/text.ts';
import { difference } from './difference.ts';
import { LawCase, type Parts } from './law-case.ts';
import { EMPTY_LAWS, LAWS, type Law, ROW_LAWS, type Side } from './laws.ts';
import { checkTestOptions } from './options.ts';
import { SeededRandom } from './seeded-random.ts';
import { shrink } from './shrink.ts';

/** A row for a test of a reduce: what isn't given is of a child that succeeded. */
export type SampleRow<I = unknown, R = unknown> =
  | SucceededSample<I, R>
  | (Pick<UnsuccessfulRow<I>, 'item' | 'result' | 'status'> & Partial<UnsuccessfulRow<I>>);
type SucceededSample<I, R> = Pick<SucceededRow<I, R>, 'item' | 'result'> & Partial<SucceededRow<I, R>>;

/** How laws are checked. */
export interface CheckLawsOptions {
  /** What is tried. Default 1: each check is the same. */
  readonly seed?: number;
  /** Cases, each with other rows in other parts, at least 1. Default 25. */
  readonly cases?: number;
  /** Relative difference of two numbers that count as equal: sums of fractions differ a little by their order. At most 0.1; default 1e-9. */
  readonly tolerance?: number;
}

const optionsSchema = strictOptions({
  seed: z.int('must be a whole number').optional(),
  cases: z.int('must be a whole number').min(1).max(100_000).optional(),
  // A tenth is no rounding any more.
  tolerance: z.number().min(0).max(0.1).optional(),
});

/** A law doesn't hold: the smallest rows that were found, in parts, and what both ways came to. */
export class LawError extends Error {
  override readonly name = 'LawError';
  readonly law: string;
  readonly parts: Parts;
  readonly expected: unknown;
  readonly actual: unknown;

  constructor(law: string, message: string, parts: Parts, expected: unknown, actual: unknown) {
    super(message);
    this.law = law;
    this.parts = parts;
    this.expected = expected;
    this.actual = actual;
  }
}

/** Rows of a case, but for the first, which has all. */
const MOST_ROWS = 100;
const MOST_PARTS = 5;
/** UTF-16 units shown of a row and of a result. */
const SHOWN = 1_000;

/**
 * Checks that a reduce keeps the laws that a report rests on: its rows may come in any order and in any parts, parts are stored and
 * merged in any order, and what failed at first may be redriven. What is compared is its sections, and the cells of each row.
 * @param rows as many as it takes to tell right from wrong, such as those that a run in a test came to
 * @throws {TypeError} naming each option that is wrong or unknown
 * @throws {LawError} with the smallest case in which a law doesn't hold
 * @example
 * checkLaws(definition.reduce, [
 *   { item: { name: 'Example' }, result: { score: 7 } },
 *   { item: { name: 'Sample' }, result: { score: 3 } },
 * ]);
 */
export function checkLaws<I, R>(
  reduce: Reduce<I, R>,
  rows: readonly SampleRow<I, R>[],
  options: CheckLawsOptions = {},
): void {
  checkTestOptions('checkLaws', optionsSchema, options);
  const { seed = 1, cases = 25, tolerance = 1e-9 } = options;
  if (typeof reduce?.start !== 'function') throw new TypeError(`checkLaws takes a reduce, received ${show(reduce)}.`);
  checkRows(rows);
  const all = rows.map(rowOf);
  if (!all.some(({ status }) => status === 'SUCCEEDED'))
    throw new TypeError(`checkLaws needs a row that SUCCEEDED, received ${show(rows.map(({ status }) => status))}.`);
  const check = (laws: readonly Law[], parts: Parts) => {
    const of = new LawCase(reduce, parts);
    for (const law of laws) if (breachOf(law, of, tolerance)) throw smallest(law, of, tolerance, seed);
  };
  check(ROW_LAWS, [all]);
  const random = new SeededRandom(seed);
  for (let i = 0; i < cases; i++) {
    const count = i === 0 ? all.length : 1 + random.integer(Math.min(all.length, MOST_ROWS));
    check(LAWS, partsOf(all, count, random));
  }
  for (const none of [[], all.map(failed)]) check(EMPTY_LAWS, [none]);
}

/** The error that says which law is broken, by as few rows as were found. */
function smallest(law: Law, { reduce, parts: broken }: LawCase, tolerance: number, seed: number): LawError {
  const breach = (parts: Parts) => breachOf(law, new LawCase(reduce, parts), tolerance);
  const parts = shrink(broken, (tried) => breach(tried) !== null);
  const { expected, actual, at } = breach(parts) ?? {};
  const [[one], [other]] = law.sides;
  const isFailed = [expected, actual].some((outcome) => outcome instanceof Failure);
  const message = [
    `The reduce ${isFailed ? 'failed under' : 'breaks'} the law of ${law.name}. ${law.says}`,
    `The smallest case that was found (seed ${seed}):`,
    ...parts.map((rows, i) => `  part ${i + 1}: ${shown(rows.map(essence))}`),
    `${one}: ${shown(expected)}`,
    `${other}: ${shown(actual)}`,
    ...(isFailed ? [] : [`They differ first at ${at}.`]),
  ];
  return new LawError(law.name, message.join('\n'), parts, expected, actual);
}

const essence = ({ id, item, status, result }: Row) => ({ id, item, status, result });

/** What both sides came to, and where they differ first; null where the law holds. One that throws holds none. */
function breachOf({ sides: [[, one], [, other]] }: Law, of: LawCase, tolerance: number) {
  const expected = outcomeOf(one, of);
  const actual = outcomeOf(other, of);
  const first = difference(expected, actual, tolerance);
  const isFailed = [expected, actual].some((outcome) => outcome instanceof Failure);
  return first || isFailed ? { expected, actual, at: first?.path } : null;
}

/** In the place of a result. */
class Failure {
  readonly failed: string;
  constructor(error: unknown) {
    this.failed = error instanceof Error ? error.message : String(error);
  }
}

function outcomeOf(result: Side[1], of: LawCase): unknown {
  try {
    return result(of);
  } catch (error) {
    return new Failure(error);
  }
}

const shown = (value: unknown) => beginning(JSON.stringify(value) ?? 'undefined', SHOWN);

const hasSucceeded = (sample: SampleRow): sample is SucceededSample<unknown, unknown> =>
  sample.status === undefined || sample.status === 'SUCCEEDED';

function rowOf(sample: SampleRow, place: number): Row {
  const block = Math.floor(place / SIZES.blockChildren);
  const id = childId({ slice: 0, segment: 0, block, n: place % SIZES.blockChildren });
  const child = { id, excerpt: null, attempts: 1, ms: 1, at: 0 };
  return hasSucceeded(sample)
    ? { ...child, ...sample, status: 'SUCCEEDED', reason: null }
    : { ...child, reason: 'http-500', ...sample };
}

/** @throws {TypeError} for what no run could hold: a law that breaks on it would say nothing of the reduce */
function checkRows(rows: readonly SampleRow[]): void {
  if (!Array.isArray(rows)) throw new TypeError(`checkLaws takes a list of rows, received ${show(rows)}.`);
  for (const [place, row] of rows.entries()) {
    const isRow = typeof row === 'object' && row !== null && 'item' in row && 'result' in row;
    if (!isRow) throw new TypeError(`Row ${place + 1} must have item and result, received ${show(row)}.`);
    try {
      jsonText('item', row.item);
      jsonText('result', row.result);
    } catch (error) {
      if (error instanceof NotJsonError) throw new TypeError(`Row ${place + 1}: ${error.message}`);
      throw error;
    }
  }
}

const failed = (row: Row): Row => ({ ...row, status: 'FAILED', reason: 'http-500', result: null, excerpt: null });

/** So many of the rows, in any order, in a few parts. */
function partsOf(rows: readonly Row[], count: number, random: SeededRandom): Parts {
  const parts: Row[][] = Array.from({ length: 1 + random.integer(MOST_PARTS) }, () => []);
  for (const row of shuffled(rows, random).slice(0, count)) parts[random.integer(parts.length)]?.push(row);
  return parts;
}

function shuffled<T>(values: readonly T[], random: SeededRandom): T[] {
  return values
    .map((value) => [random.next(), value] as const)
    .sort(([a], [b]) => a - b)
    .map(([, value]) => value);
}
