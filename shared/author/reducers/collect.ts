import { type Column, columnNames, columnsOf } from '../columns.ts';
import { checkOptions, strictOptions } from '../options.ts';
import type { Reduce } from '../reduce.ts';
import { count } from './count.ts';

const optionsSchema = strictOptions({ columns: columnNames.optional() });

/**
 * Reduces a run to its rows as they are: what is a definition's `reduce` where it names none.
 * @param options columns of report.csv; by default `item` and `result`, each as JSON
 * @throws {DefinitionError} naming each wrong option
 */
export function collect<I = unknown, R = unknown>(
  options: { readonly columns?: readonly Column<I, R>[] } = {},
): Reduce<I, R> {
  checkOptions('reduce: collect', optionsSchema, options);
  const whole: Column<I, R>[] = [
    { name: 'item', of: ({ item }) => text(item) },
    { name: 'result', of: ({ result, excerpt }) => text(result ?? excerpt) },
  ];
  return { ...count(), ...columnsOf(options.columns ?? whole) };
}

/** JSON, so that a text and a number of the same characters stay apart; nothing where there is none. */
const text = (value: unknown) => (value === null ? null : JSON.stringify(value));
