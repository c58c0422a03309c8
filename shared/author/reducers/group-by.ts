import * as z from 'zod';
import type { Json } from '../../domain/json.ts';
import type { Row, SucceededRow } from '../../domain/row.ts';
import { type Column, columnName, columnsOf, distinctColumns, reads } from '../columns.ts';
import { checkOptions } from '../options.ts';
import type { Accumulator, Reduce } from '../reduce.ts';
import type { Section } from '../section.ts';
import { count } from './count.ts';
import { groupTable } from './group-table.ts';
import { MAX_GROUPS, OTHER } from './groups.ts';
import { NONE, nameOf } from './name-of.ts';
import { givesTables, reduceOption, startOne, type TableReduce } from './reduce-option.ts';

/** Columns that name a group; a table has 20. */
const MOST_KEYS = 5;

const optionsSchema = z.strictObject({
  by: z.union([columnName, z.array(columnName).min(1).max(MOST_KEYS)]),
  reduce: reduceOption.refine(
    (reduce) => !givesTables(reduce),
    'must give figures, as count(), statistics(…), distinct(…) and mapReduce(…) do; a table in each group, as of topK(…) or groupBy(…), has no place in a line',
  ),
});

/**
 * Reduces the rows of each group: a table with a line per group, of how many children it has and of the figures that `reduce` gives
 * (its other sections aren't shown). Past 1,000 groups the first ones by name stay, and the others become one.
 * @param by a field of the item, or else of the result, or `{ name, of: (row) => … }`; or several
 * @param reduce what becomes of a group; by default its children are counted. One that gives tables alone is refused
 * @throws {DefinitionError} naming what is wrong
 * @example
 * groupBy('country', statistics({ values: { km: ({ result }) => result?.km } }));
 */
export function groupBy<I = unknown, R = unknown>(
  by: Column<I, R> | readonly Column<I, R>[],
  reduce: Reduce<I, R> = count(),
): TableReduce<I, R> {
  checkOptions('reduce: groupBy', optionsSchema, { by, reduce });
  const keys = isList(by) ? by : [by];
  const named = columnsOf(distinctColumns(keys));
  const others = reduce.columns.flatMap((name, i) => (named.columns.includes(name) ? [] : [{ name, i }]));
  return {
    columns: [...named.columns, ...others.map(({ name }) => name)],
    cells(row) {
      const inner = reduce.cells(row);
      return [...named.cells(row), ...others.map(({ i }) => inner[i] ?? null)];
    },
    label: reduce.label,
    start: () => new GroupAccumulator(keys, reduce),
    givesTables: true,
  };
}

const isList = <I, R>(by: Column<I, R> | readonly Column<I, R>[]): by is readonly Column<I, R>[] => Array.isArray(by);

const groupSchema = z.tuple([z.int().min(0), z.json()]);
const storedSchema = z.object({
  named: z.array(z.tuple([z.string(), groupSchema])),
  other: groupSchema.nullable(),
});

interface Group<I, R> {
  count: number;
  readonly accumulator: Accumulator<I, R>;
}

class GroupAccumulator<I, R> implements Accumulator<I, R> {
  readonly #keys: readonly { readonly name: string; of(row: Row<I, R>): unknown }[];
  readonly #reduce: Reduce<I, R>;
  /** By the JSON of their names. */
  #named = new Map<string, Group<I, R>>();
  #other: Group<I, R> | null = null;

  constructor(keys: readonly Column<I, R>[], reduce: Reduce<I, R>) {
    this.#keys = keys.map((key) => reads(key));
    this.#reduce = reduce;
  }

  add(row: SucceededRow<I, R>): void {
    const group = this.#group(JSON.stringify(this.#keys.map(({ of }) => nameOf(of(row)) ?? NONE)));
    group.accumulator.add(row);
    group.count++;
  }

  merge(json: Json): void {
    const { named, other } = storedSchema.parse(json);
    for (const [names, stored] of named) this.#add(this.#group(names), stored);
    if (other) this.#add(this.#others(), other);
  }

  toJSON(): Json {
    this.#trim();
    const stored = ({ count, accumulator }: Group<I, R>): Json => [count, accumulator.toJSON()];
    return {
      named: this.#sorted().map(([names, group]): Json => [names, stored(group)]),
      other: this.#other && stored(this.#other),
    };
  }

  sections(): Section[] {
    this.#trim();
    const groups = this.#sorted().map(([names, group]) => ({ names: namesIn(names), ...group }));
    // Sorted by name before: a stable sort leaves equals in that order.
    groups.sort((a, b) => b.count - a.count);
    const rest = this.#other ? [{ names: this.#keys.map((_, i) => (i === 0 ? OTHER : '')), ...this.#other }] : [];
    return groupTable(
      this.#keys.map(({ name }) => name),
      [...groups, ...rest],
    );
  }

  #group(names: string): Group<I, R> {
    let group = this.#named.get(names);
    if (!group) {
      // Trimmed in bulk: one sort for as many new names as are kept.
      if (this.#named.size >= 2 * MAX_GROUPS) this.#trim();
      group = { count: 0, accumulator: startOne(this.#reduce) };
      this.#named.set(names, group);
    }
    return group;
  }

  #others(): Group<I, R> {
    this.#other ??= { count: 0, accumulator: startOne(this.#reduce) };
    return this.#other;
  }

  #add(group: Group<I, R>, [count, stored]: z.infer<typeof groupSchema>): void {
    group.count += count;
    group.accumulator.merge(stored);
  }

  #sorted(): [names: string, group: Group<I, R>][] {
    return [...this.#named].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  /** The first names in code-unit order stay: a group among the first of all is among the first of every part. */
  #trim(): void {
    if (this.#named.size <= MAX_GROUPS) return;
    const all = this.#sorted();
    for (const [, { count, accumulator }] of all.slice(MAX_GROUPS))
      this.#add(this.#others(), [count, z.json().parse(accumulator.toJSON())]);
    this.#named = new Map(all.slice(0, MAX_GROUPS));
  }
}

const namesIn = (json: string) => z.array(z.string()).parse(JSON.parse(json));
