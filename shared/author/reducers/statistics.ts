import * as z from 'zod';
import type { Json } from '../../domain/json.ts';
import type { Row } from '../../domain/row.ts';
import { type Column, columnNames, columnsOf, type Field, field, fieldName } from '../columns.ts';
import { checkOptions, strictOptions } from '../options.ts';
import type { Accumulator, Reduce, ReducedRun } from '../reduce.ts';
import type { Section } from '../section.ts';
import { Groups, groupsSchema } from './groups.ts';
import { histogram } from './histogram.ts';
import { NONE, nameOf } from './name-of.ts';
import { RELATIVE_ERROR, Sketch, sketchSchema } from './sketch.ts';
import { type Statistics, statisticsSections } from './statistics-sections.ts';
import { Top, topSchema } from './top.ts';

/** Options of {@link statistics}; `I` is the pipeline's item, `R` the service's answer. */
export interface StatisticsOptions<I, R> {
  /** The numeric field that is measured, looked up in the result, then in the item. */
  readonly value: Field<I, R>;
  /** Medians are reported by this field of the item, or else of the result. More than 1,000 groups: see {@link Groups}. */
  readonly groupBy?: Field<I, R>;
  /** The field that names a child among the highest, of the item, or else of the result; the child's id where absent. */
  readonly label?: Field<I, R>;
  /** Columns of report.csv between `id` and `status`. Default: the label, the group and the value. */
  readonly columns?: readonly Column<I, R>[];
  /** How many of the highest values are listed, 0 to 100. Default 10. */
  readonly top?: number;
}

const optionsSchema = strictOptions({
  value: fieldName,
  groupBy: fieldName.optional(),
  label: fieldName.optional(),
  columns: columnNames.optional(),
  top: z.number().int().min(0).max(100).optional(),
});

const schema = z.object({
  /** Compensated sum; null where it left the range of numbers. */
  sum: z.tuple([z.number().nullable(), z.number().nullable()]),
  range: z.tuple([z.number(), z.number()]).nullable(),
  all: sketchSchema,
  groups: groupsSchema,
  top: topSchema,
});

/**
 * Reduces a run to the statistics of one number: count, min, mean, max and the highest exactly, median, p95 and medians by group within
 * 0.5 %. Only SUCCEEDED rows count, and of these only finite numbers.
 * @throws {DefinitionError} naming each wrong option
 */
export function statistics<I = unknown, R = unknown>(options: StatisticsOptions<I, R>): Reduce<I, R> {
  checkOptions('reduce: statistics', optionsSchema, options);
  const { value, groupBy, label, top = 10 } = options;
  // A field may be label and group at once; it's one column.
  const named = new Set([label, groupBy, value].filter((name) => name !== undefined));
  const columns = options.columns ?? [...named];
  return {
    ...columnsOf(columns),
    start: () => new StatisticsAccumulator<I, R>({ value, groupBy, label, top }),
  };
}

interface Settings {
  readonly value: string;
  readonly groupBy: string | undefined;
  readonly label: string | undefined;
  readonly top: number;
}

class StatisticsAccumulator<I, R> implements Accumulator<I, R> {
  private readonly settings: Settings;
  private readonly all = new Sketch();
  private readonly groups = new Groups();
  private readonly top: Top;
  private sum = 0;
  private compensation = 0;
  private min = Number.POSITIVE_INFINITY;
  private max = Number.NEGATIVE_INFINITY;

  constructor(settings: Settings) {
    this.settings = settings;
    this.top = new Top(settings.top);
  }

  add(row: Row<I, R>): void {
    if (row.status !== 'SUCCEEDED') return;
    const { value: name, groupBy, label } = this.settings;
    const value = field(name, row.result, row.item);
    if (typeof value !== 'number' || !Number.isFinite(value)) return;
    this.all.add(value);
    this.addToSum(value);
    this.min = Math.min(this.min, value);
    this.max = Math.max(this.max, value);
    if (groupBy !== undefined) this.groups.of(nameOf(field(groupBy, row.item, row.result)) ?? NONE).add(value);
    if (this.top.takes(value)) {
      const named = label === undefined ? undefined : nameOf(field(label, row.item, row.result));
      this.top.add([value, row.id, named ?? row.id]);
    }
  }

  merge(other: Json): void {
    const { sum, range, all, groups, top } = schema.parse(other);
    this.all.mergeJson(all);
    this.addToSum(sum[0] ?? Number.NaN);
    this.compensation += sum[1] ?? Number.NaN;
    if (range) {
      this.min = Math.min(this.min, range[0]);
      this.max = Math.max(this.max, range[1]);
    }
    this.groups.merge(groups);
    this.top.addAll(top);
  }

  toJSON(): Json {
    return {
      sum: [finite(this.sum), finite(this.compensation)],
      range: this.all.count === 0 ? null : [this.min, this.max],
      all: this.all.toJSON(),
      groups: this.groups.toJSON(),
      top: this.top.list(),
    };
  }

  sections({ counts }: ReducedRun): Section[] {
    return statisticsSections(this.statistics(), counts.succeeded);
  }

  private statistics(): Statistics {
    const { count } = this.all;
    const [median = 0, p95 = 0] = this.all.quantiles(0.5, 0.95).map((value) => this.clamp(value));
    const measured = count > 0;
    return {
      value: this.settings.value,
      count,
      min: measured ? this.min : null,
      median: measured ? median : null,
      p95: measured ? p95 : null,
      max: measured ? this.max : null,
      mean: measured ? finite((this.sum + this.compensation) / count) : null,
      relativeError: RELATIVE_ERROR,
      histogram: histogram(this.all, this.min, this.max),
      top: this.top.list().map(([value, , label]) => ({ label, value })),
      groups: this.groups.medians().map((group) => ({ ...group, median: this.clamp(group.median) })),
    };
  }

  /** What is estimated never leaves what was seen. */
  private clamp(value: number): number {
    return Math.min(Math.max(value, this.min), this.max);
  }

  /** Neumaier's sum: what rounding loses is kept aside, so that the order of rows and parts hardly matters. */
  private addToSum(value: number): void {
    const sum = this.sum + value;
    this.compensation += Math.abs(this.sum) >= Math.abs(value) ? this.sum - sum + value : value - sum + this.sum;
    this.sum = sum;
  }
}

/** JSON has no infinities. */
const finite = (value: number) => (Number.isFinite(value) ? value : null);
