import * as z from 'zod';
import type { Json } from '../../domain/json.ts';
import type { Row, SucceededRow } from '../../domain/row.ts';
import { synchronous } from '../../domain/synchronous.ts';
import {
  type Column,
  cell,
  columnName,
  columnNames,
  columnsOf,
  distinctColumns,
  type Field,
  field,
  fieldName,
  reads,
} from '../columns.ts';
import { callable, checkOptions, strictOptions } from '../options.ts';
import type { Accumulator, ReducedRun } from '../reduce.ts';
import type { Section } from '../section.ts';
import { Measure, type MeasureSettings, measureSchema } from './measure.ts';
import { NONE, nameOf } from './name-of.ts';
import type { GroupedReduce } from './reduce-option.ts';
import { statisticsSections } from './statistics-sections.ts';

/** How a number is read of a row: null or undefined where there is none. */
type Accessor<I, R> = (row: Row<I, R>) => number | null | undefined;

/** A number of {@link StatisticsOptions}. Where `of` is left out, it is the field of the value's name. */
export type MeasuredValue<I, R> =
  | Field<I, R>
  | Accessor<I, R>
  | {
      readonly of?: Field<I, R> | Accessor<I, R>;
      /** Drawn behind it, such as `km`. */
      readonly unit?: string;
    };

interface CommonOptions<I, R> {
  /** Medians are reported by this field of the item, or else of the result. More than 1,000 groups: see {@link Groups}. */
  readonly groupBy?: Column<I, R>;
  /** What names a child among the highest, a field of the item, or else of the result; the child's id where absent. */
  readonly label?: Column<I, R>;
  /** What a group is called, such as `Country`. Default: the name of `groupBy`. */
  readonly groupLabel?: string;
  /** What a child is called, such as `City`. Default: the name of `label`. */
  readonly childLabel?: string;
  /** Columns of report.csv between `id` and `status`. Default: the label, the group and the values. */
  readonly columns?: readonly Column<I, R>[];
  /** How many of the highest values are listed, 0 to 100. Default 10. */
  readonly top?: number;
}

/** Options of {@link statistics}; `I` is the pipeline's item, `R` the service's answer. */
export type StatisticsOptions<I, R> = CommonOptions<I, R> &
  (
    | {
        /** The numeric field that is measured, looked up in the result, then in the item. */
        readonly value: Field<I, R>;
        readonly values?: never;
      }
    | {
        readonly value?: never;
        /** Up to eight numbers by name. */
        readonly values: Readonly<Record<string, MeasuredValue<I, R>>>;
      }
  );

const MOST_VALUES = 8;
/** Different numbers that are kept exactly. */
const EXACT = 10_000;
/** The same, of one group of a thousand. */
const GROUP_EXACT = 100;

const accessor = z.union([fieldName, callable()], 'must be the name of a field, or (row) => …');
const valueSchema = z.union(
  [accessor, strictOptions({ of: accessor.optional(), unit: z.string().min(1).max(40).optional() })],
  'must be the name of a field, (row) => …, or { of, unit }',
);
const optionsSchema = strictOptions({
  value: fieldName.optional(),
  values: z
    .record(fieldName, valueSchema)
    .refine((values) => Object.keys(values).length > 0, 'must name a value')
    .refine((values) => Object.keys(values).length <= MOST_VALUES, `must be at most ${MOST_VALUES}`)
    .optional(),
  groupBy: columnName.optional(),
  label: columnName.optional(),
  groupLabel: fieldName.optional(),
  childLabel: fieldName.optional(),
  columns: columnNames.optional(),
  top: z.number().int().min(0).max(100).optional(),
}).superRefine(({ value, values }, context) => {
  if (value === undefined && values === undefined)
    context.addIssue({ code: 'custom', path: ['value'], message: 'must be the name of a field; or give values' });
  if (value !== undefined && values !== undefined)
    context.addIssue({ code: 'custom', path: ['values'], message: 'stands in the place of value' });
});

/**
 * Reduces a run to the statistics of one number, or of several: count, min, mean, max and the highest exactly; median, p95 and histogram
 * exactly up to 10,000 different numbers, medians by group up to 10,000 of all groups together or 100 of each, and beyond that within 0.5 %, rounded
 * to what is known. Only
 * SUCCEEDED rows count, and of these only finite numbers.
 * @throws {DefinitionError} naming each wrong option
 * @example
 * statistics<City, Answer>({ values: { km: { unit: 'km', of: ({ result }) => result?.trip.km }, price: 'price' }, label: 'city' });
 */
export function statistics<I = unknown, R = unknown>(options: StatisticsOptions<I, R>): GroupedReduce<I, R> {
  checkOptions('reduce: statistics', optionsSchema, options);
  const { value, values = {}, groupBy, label, top = 10 } = options;
  const called = {
    child: options.childLabel ?? nameOfColumn(label),
    group: options.groupLabel ?? nameOfColumn(groupBy),
  };
  const measured =
    value === undefined
      ? Object.entries(values).map(([name, of]) => measuredValue(name, of))
      : [{ ...measuredValue<I, R>(value, value), column: value }];
  // A field may be label and group at once; it's one column.
  const named = [label, groupBy].filter((column) => column !== undefined);
  const columns = options.columns ?? distinctColumns([...named, ...measured.map(({ column }) => column)]);
  const start = (exact: number) => {
    const settings = { ...called, top, exact, share: measured.length };
    return new StatisticsAccumulator<I, R>(measured, settings, groupBy && reads(groupBy), label && reads(label));
  };
  return {
    ...columnsOf(columns),
    label: label && reads(label),
    start: () => start(EXACT),
    startOne: () => start(GROUP_EXACT),
  };
}

const nameOfColumn = <I, R>(column: Column<I, R> | undefined) => (typeof column === 'object' ? column.name : column);

interface Measured<I, R> {
  readonly name: string;
  readonly unit: string | undefined;
  readonly of: (row: Row<I, R>) => unknown;
  readonly column: Column<I, R>;
}

function measuredValue<I, R>(name: string, value: MeasuredValue<I, R>): Measured<I, R> {
  const { of = undefined, unit = undefined } = typeof value === 'object' ? value : { of: value };
  if (typeof of === 'function') return { name, unit, of, column: { name, of } };
  const read = (row: Row<I, R>) => field(of ?? name, row.result, row.item);
  return { name, unit, of: read, column: { name, of: (row) => cell(read(row)) } };
}

interface Named<I, R> {
  of(row: Row<I, R>): unknown;
}

class StatisticsAccumulator<I, R> implements Accumulator<I, R> {
  readonly #values: readonly Measured<I, R>[];
  readonly #measures: readonly Measure[];
  readonly #group: Named<I, R> | undefined;
  readonly #label: Named<I, R> | undefined;

  constructor(
    values: readonly Measured<I, R>[],
    settings: Omit<MeasureSettings, 'name' | 'unit'>,
    group: Named<I, R> | undefined,
    label: Named<I, R> | undefined,
  ) {
    this.#values = values;
    this.#measures = values.map(({ name, unit }) => new Measure({ name, unit, ...settings }));
    this.#group = group;
    this.#label = label;
  }

  add(row: SucceededRow<I, R>): void {
    // All that a user's code may throw on comes first: a row is measured whole or not at all.
    const numbers = this.#values.map(({ of }) => synchronous('of', of(row)));
    const group = this.#group && (nameOf(this.#group.of(row)) ?? NONE);
    const label = this.#label && nameOf(this.#label.of(row));
    for (const [i, measure] of this.#measures.entries()) {
      const number = numbers[i];
      if (typeof number === 'number' && Number.isFinite(number)) measure.add(number, row.id, group, label ?? row.id);
    }
  }

  merge(other: Json): void {
    const { measures: stored } = z
      .object({ measures: z.array(measureSchema).length(this.#measures.length) })
      .parse(other);
    for (const [i, part] of stored.entries()) this.#measures[i]?.merge(part);
  }

  toJSON(): Json {
    const measures: Json = this.#measures.map((measure) => measure.toJSON());
    // Of one value: what the release before reads, beside.
    const [only, ...others] = this.#measures;
    return { ...(only && others.length === 0 && only.firstForm()), measures };
  }

  sections({ counts }: ReducedRun): Section[] {
    return this.#measures.flatMap((measure) => statisticsSections(measure.statistics(), counts.succeeded));
  }
}
