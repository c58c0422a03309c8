import * as z from 'zod';
import type { Json } from '../../domain/json.ts';
import type { SucceededRow } from '../../domain/row.ts';
import type { Cell } from '../columns.ts';
import { checkOptions } from '../options.ts';
import type { Accumulator, Reduce, ReducedRun } from '../reduce.ts';
import type { Section } from '../section.ts';
import { type GroupedReduce, givesTables, reduceOption, startOne } from './reduce-option.ts';

const namedSchema = z
  .record(z.string().min(1).max(100), reduceOption)
  .refine((named) => Object.keys(named).length > 0, 'must name a reduce');
const storedSchema = z.array(z.json());

/**
 * Several reduces of one run: the sections of each, in this order, with their keys under its name, such as `distance/km`. Columns of
 * report.csv are those of all; of two with one name, the first stays.
 * @throws {DefinitionError} naming each wrong option
 * @example
 * combineReducers({ distance: statistics({ value: 'km' }), farthest: topK({ by: 'km', show: ['city'] }) });
 */
export function combineReducers<I = unknown, R = unknown>(
  named: Readonly<Record<string, Reduce<I, R>>>,
): GroupedReduce<I, R> {
  checkOptions('reduce: combineReducers', namedSchema, named);
  const reducers = Object.entries(named);
  const columns = [...new Set(reducers.flatMap(([, reduce]) => reduce.columns))];
  return {
    columns,
    cells(row) {
      const byName = new Map<string, Cell>();
      for (const [, reduce] of reducers) {
        for (const [i, made] of reduce.cells(row).entries()) {
          const name = reduce.columns[i];
          if (name !== undefined && !byName.has(name)) byName.set(name, made);
        }
      }
      return columns.map((name) => byName.get(name) ?? null);
    },
    label: reducers.find(([, reduce]) => reduce.label)?.[1].label,
    start: () => new Combined(reducers.map(([name, reduce]) => [name, reduce.start()] as const)),
    startOne: () => new Combined(reducers.map(([name, reduce]) => [name, startOne(reduce)] as const)),
    ...(reducers.every(([, reduce]) => givesTables(reduce)) && { givesTables: true as const }),
  };
}

class Combined<I, R> implements Accumulator<I, R> {
  readonly #all: readonly (readonly [name: string, accumulator: Accumulator<I, R>])[];

  constructor(all: readonly (readonly [name: string, accumulator: Accumulator<I, R>])[]) {
    this.#all = all;
  }

  add(row: SucceededRow<I, R>): void {
    for (const [, accumulator] of this.#all) accumulator.add(row);
  }

  merge(other: Json): void {
    const stored = storedSchema.length(this.#all.length).parse(other);
    for (const [i, [, accumulator]] of this.#all.entries()) accumulator.merge(stored[i] ?? null);
  }

  toJSON(): Json {
    return this.#all.map(([, accumulator]) => accumulator.toJSON());
  }

  sections(run: ReducedRun): Section[] {
    return this.#all.flatMap(([name, accumulator]) =>
      accumulator
        .sections(run)
        .map((section) => (section.key === undefined ? section : { ...section, key: `${name}/${section.key}` })),
    );
  }
}
