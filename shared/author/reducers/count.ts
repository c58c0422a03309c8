import * as z from 'zod';
import type { Json } from '../../domain/json.ts';
import { type Column, columnNames, columnsOf } from '../columns.ts';
import { checkOptions, strictOptions } from '../options.ts';
import type { Accumulator, Reduce } from '../reduce.ts';
import type { Section } from '../section.ts';

const optionsSchema = strictOptions({ columns: columnNames.optional() });

/**
 * Counts children, and nothing else: for pipelines that measure nothing, and for {@link groupBy}.
 * @param options columns of report.csv; none by default
 * @throws {DefinitionError} naming each wrong option
 */
export function count<I = unknown, R = unknown>(
  options: { readonly columns?: readonly Column<I, R>[] } = {},
): Reduce<I, R> {
  checkOptions('reduce: count', optionsSchema, options);
  return { ...columnsOf(options.columns ?? []), start: () => new CountAccumulator() };
}

class CountAccumulator implements Accumulator {
  private count = 0;

  add(): void {
    this.count++;
  }

  merge(other: Json): void {
    this.count += z.number().int().min(0).parse(other);
  }

  toJSON(): number {
    return this.count;
  }

  /** None: how many children succeeded stands in every report. */
  sections(): Section[] {
    return [];
  }
}
