import * as z from 'zod';
import type { Json } from '../../domain/json.ts';
import type { Row, SucceededRow } from '../../domain/row.ts';
import { hashOf } from '../../domain/text.ts';
import { type Cell, type Column, cell, columnName, columnsOf, reads } from '../columns.ts';
import { checkOptions, strictOptions } from '../options.ts';
import type { Accumulator } from '../reduce.ts';
import type { Section } from '../section.ts';
import { HyperLogLog } from './hyper-log-log.ts';
import type { GroupedReduce } from './reduce-option.ts';

const optionsSchema = strictOptions({ of: columnName });

/** Hashes that are kept one by one, registers beyond that, and how far off an estimate is but once in some thousand runs. */
const LARGE = { exact: 1_000, precision: 14, within: 0.03 } as const;
/** The same, of one group of a thousand. */
const SMALL = { exact: 100, precision: 10, within: 0.12 } as const;

const storedSchema = z.union([z.array(z.tuple([z.int().min(0), z.int().min(0)])), z.string()]);

/**
 * How many different values a field has among the children that succeeded: exactly up to 1,000 (of a group: 100), beyond that within 3 %
 * (12 %). Rows without a value aren't counted; a number and a text of the same digits are two values.
 * @param of a field of the item, or else of the result, or `{ name, of: (row) => … }`; the column of report.csv
 * @throws {DefinitionError} naming what is wrong
 */
export function distinct<I = unknown, R = unknown>(of: Column<I, R>): GroupedReduce<I, R> {
  checkOptions('reduce: distinct', optionsSchema, { of });
  const read = reads(of);
  return {
    ...columnsOf([of]),
    start: () => new DistinctAccumulator(read, LARGE),
    startOne: () => new DistinctAccumulator(read, SMALL),
  };
}

class DistinctAccumulator<I, R> implements Accumulator<I, R> {
  readonly #read: { readonly name: string; of(row: Row<I, R>): unknown };
  readonly #size: typeof LARGE | typeof SMALL;
  #hashes = new Map<string, readonly [number, number]>();
  #estimated: HyperLogLog | null = null;

  constructor(read: { readonly name: string; of(row: Row<I, R>): unknown }, size: typeof LARGE | typeof SMALL) {
    this.#read = read;
    this.#size = size;
  }

  add(row: SucceededRow<I, R>): void {
    const value: Cell = cell(this.#read.of(row));
    if (value !== null) this.#add(hashOf(JSON.stringify(value)));
  }

  merge(other: Json): void {
    const stored = storedSchema.parse(other);
    if (typeof stored === 'string') this.#begin().merge(stored);
    else for (const hash of stored) this.#add(hash);
  }

  toJSON(): Json {
    return this.#estimated
      ? this.#estimated.toJSON()
      : [...this.#hashes.values()].sort(([a, b], [c, d]) => a - c || b - d);
  }

  sections(): Section[] {
    const { name } = this.#read;
    const estimate = this.#estimated?.estimate();
    const value = estimate === undefined ? this.#hashes.size : Number(estimate.toPrecision(3));
    const within = estimate === undefined ? {} : { within: this.#size.within };
    return [
      {
        kind: 'figures',
        key: `${name}/distinct`,
        title: `Different values of ${name}`,
        figures: [{ key: 'distinct', label: `Different ${name}`, value, ...within }],
      },
    ];
  }

  #add(hash: readonly [number, number]): void {
    if (this.#estimated) {
      this.#estimated.add(hash);
      return;
    }
    this.#hashes.set(hash.join('.'), hash);
    if (this.#hashes.size > this.#size.exact) this.#begin();
  }

  /** The estimate, with all that was kept one by one until now. */
  #begin(): HyperLogLog {
    if (this.#estimated) return this.#estimated;
    const estimated = new HyperLogLog(this.#size.precision);
    for (const hash of this.#hashes.values()) estimated.add(hash);
    this.#hashes = new Map();
    this.#estimated = estimated;
    return estimated;
  }
}
