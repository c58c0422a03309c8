import * as z from 'zod';
import type { Accumulator, Reduce } from '../reduce.ts';

/** A reduce that another one is made of. */
export const reduceOption = z.custom<Reduce>(
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    typeof Reflect.get(value, 'start') === 'function' &&
    typeof Reflect.get(value, 'cells') === 'function' &&
    Array.isArray(Reflect.get(value, 'columns')),
  'must be a reduce, such as count()',
);

/** A reduce that can gather less, where there is a thousand of it. */
export interface GroupedReduce<I, R> extends Reduce<I, R> {
  /** As `start`, of one among many: small, whatever is added. Stored forms are the same. */
  startOne(): Accumulator<I, R>;
}

/** A reduce whose sections are tables, without a figure: {@link groupBy} would have nothing of it to show. */
export interface TableReduce<I, R> extends Reduce<I, R> {
  readonly givesTables: true;
}

/** Whether a reduce is known to give no figures. */
export const givesTables = (reduce: object): boolean => 'givesTables' in reduce;

/** An empty accumulator for one group of many. */
export function startOne<I, R>(reduce: Reduce<I, R> | GroupedReduce<I, R>): Accumulator<I, R> {
  return 'startOne' in reduce ? reduce.startOne() : reduce.start();
}
