import type { Accumulator, Reduce, ReducedRun } from '../author/reduce.ts';
import { checkSections, type Section } from '../author/section.ts';
import { kindOf, ReduceError } from '../domain/errors.ts';
import { type Json, jsonText } from '../domain/json.ts';
import { SIZES } from '../domain/limits.ts';
import type { SucceededRow } from '../domain/row.ts';
import { synchronous } from '../domain/synchronous.ts';
import { beginning } from '../domain/text.ts';
import { TimeLimitError, withinTime } from './time-limit.ts';

/** What all merges of a run and its sections may take together, and what a segment's statistics may. */
const TIME_MS = 240_000;
const METHODS = ['add', 'merge', 'toJSON', 'sections'] as const satisfies readonly (keyof Accumulator)[];
/** UTF-16 units kept of what failed. */
const MAX_ERROR = 1_000;

/**
 * What a user's reduce makes of rows. Only `add` throws, for its row alone. Where anything else fails, the reduction has failed: it keeps
 * the first cause, asks nothing more of the user's code, and comes to nothing. A second try would fail in the same way, so its caller
 * goes on without a result: a failed reduce must not keep a segment or a run from ever ending.
 */
export class Reduction {
  #accumulator: Accumulator | null = null;
  #failure: string | null = null;
  #msLeft: number;

  /** @param msLeft what its calls may take together, `add` aside */
  constructor(reduce: Pick<Reduce, 'start'>, msLeft = TIME_MS) {
    this.#msLeft = msLeft;
    this.#accumulator = this.#attempt('start', () => accumulatorOf(reduce));
  }

  /** Why there is nothing; null as long as all went well. */
  get failure(): string | null {
    return this.#failure;
  }

  /** Takes the failure of a part of what is reduced here. */
  fail(why: string): void {
    this.#failure ??= beginning(why, MAX_ERROR);
    this.#accumulator = null;
  }

  /**
   * A row that succeeded. To be called under a time limit, with many others.
   * @throws whatever the reduce throws on it
   */
  add(row: SucceededRow): void {
    if (this.#accumulator) synchronous('add', this.#accumulator.add(row));
  }

  /** What another reduction of the same reduce came to. */
  merge(statistics: Json): void {
    this.#ask('merge', (accumulator) => accumulator.merge(statistics));
  }

  /** What is stored of it; null where it failed. */
  statistics(): Json {
    const text = this.#ask('toJSON', (accumulator) => {
      const json = jsonText('what it returned', synchronous('toJSON', accumulator.toJSON()), 'written');
      const bytes = Buffer.byteLength(json);
      if (bytes <= SIZES.statisticsBytes) return json;
      throw new ReduceError('toJSON', `returned ${bytes} bytes of JSON; allowed are ${SIZES.statisticsBytes}`);
    });
    return text === null ? null : JSON.parse(text);
  }

  /** What the report shows of it; none where it failed. */
  sections(run: ReducedRun): readonly Section[] {
    return (
      this.#ask('sections', (accumulator) => checkSections(synchronous('sections', accumulator.sections(run)))) ?? []
    );
  }

  #ask<T>(step: string, call: (accumulator: Accumulator) => T): T | null {
    const accumulator = this.#accumulator;
    return accumulator && this.#attempt(step, () => synchronous(step, call(accumulator)));
  }

  #attempt<T>(step: string, call: () => T): T | null {
    const began = performance.now();
    try {
      return withinTime(this.#msLeft, call);
    } catch (error) {
      this.fail(reduceErrorOf(step, error).message);
      return null;
    } finally {
      this.#msLeft -= performance.now() - began;
    }
  }
}

/** What a part's index says of its reduction. */
export function resultOf(reduction: Reduction): { readonly statistics: Json; readonly reduceError?: string } {
  const statistics = reduction.statistics();
  const { failure } = reduction;
  return failure === null ? { statistics } : { statistics: null, reduceError: failure };
}

function accumulatorOf(reduce: Pick<Reduce, 'start'>): Accumulator {
  const made = synchronous('start', reduce.start());
  const lacking = METHODS.filter((method) => typeof made?.[method] !== 'function');
  if (lacking.length > 0) throw new ReduceError('start', `returned nothing that has ${lacking.join('(), ')}()`);
  return made;
}

/** An error of a user's reduce as one of ours, which tells its kind and place. */
export function reduceErrorOf(step: string, error: unknown): ReduceError {
  if (error instanceof ReduceError) return error;
  return new ReduceError(step, error instanceof TimeLimitError ? error.message : kindOf(error));
}
