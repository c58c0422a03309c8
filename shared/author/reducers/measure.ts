import * as z from 'zod';
import type { Json } from '../../domain/json.ts';
import { Distribution, distributionSchema } from './distribution.ts';
import { firstForm } from './first-form.ts';
import { Groups, groupsSchema } from './groups.ts';
import { histogram } from './histogram.ts';
import { decimalsOf, ESTIMATE_ERROR } from './rounding.ts';
import type { Statistics } from './statistics-sections.ts';
import { Top, topSchema } from './top.ts';

export const measureSchema = z.object({
  /** Compensated sum; null where it left the range of numbers. */
  sum: z.tuple([z.number().nullable(), z.number().nullable()]),
  range: z.tuple([z.number(), z.number()]).nullable(),
  /** That the values have at most; null where some have more than are told apart. */
  decimals: z.number().nullable(),
  all: distributionSchema,
  groups: groupsSchema,
  top: topSchema,
});

export interface MeasureSettings {
  readonly name: string;
  readonly unit?: string | undefined;
  /** What a child, and a group of them, is called. */
  readonly child?: string | undefined;
  readonly group?: string | undefined;
  /** How many of the highest values are listed. */
  readonly top: number;
  /** Different values that are kept exactly, of all and of all groups together. */
  readonly exact: number;
  /** How many values are measured: each keeps its share of what is kept of groups. */
  readonly share: number;
}

/** One number of many rows. */
export class Measure {
  readonly #settings: MeasureSettings;
  readonly #all: Distribution;
  readonly #groups: Groups;
  readonly #top: Top;
  #sum = 0;
  #compensation = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;
  #decimals: number | undefined = 0;

  constructor(settings: MeasureSettings) {
    this.#settings = settings;
    this.#all = new Distribution(settings.exact);
    this.#groups = new Groups(settings.exact, settings.share);
    this.#top = new Top(settings.top);
  }

  /**
   * @param value finite
   * @param group name of the row's group; undefined where there are no groups
   * @param label what the row is called among the highest
   */
  add(value: number, child: string, group: string | undefined, label: string): void {
    this.#all.add(value);
    this.#addToSum(value);
    this.#min = Math.min(this.#min, value);
    this.#max = Math.max(this.#max, value);
    if (this.#decimals !== undefined) this.#decimals = most(this.#decimals, decimalsOf(value));
    if (group !== undefined) this.#groups.add(group, value);
    if (this.#top.takes(value)) this.#top.add([value, child, label]);
  }

  /** Adds what `toJSON` gave. */
  merge({ sum, range, decimals, all, groups, top }: z.infer<typeof measureSchema>): void {
    this.#all.merge(all);
    this.#addToSum(sum[0] ?? Number.NaN);
    this.#compensation += sum[1] ?? Number.NaN;
    if (range) {
      this.#min = Math.min(this.#min, range[0]);
      this.#max = Math.max(this.#max, range[1]);
    }
    this.#decimals = most(this.#decimals, decimals ?? undefined);
    this.#groups.merge(groups);
    this.#top.addAll(top);
  }

  toJSON() {
    return {
      sum: [finite(this.#sum), finite(this.#compensation)],
      range: this.#all.count === 0 ? null : [this.#min, this.#max],
      decimals: this.#decimals ?? null,
      all: this.#all.toJSON(),
      groups: this.#groups.toJSON(),
      top: this.#top.list(),
    };
  }

  /** What the release before this one stores, and reads, of a single value. */
  firstForm(): Record<string, Json> {
    return {
      sum: [finite(this.#sum), finite(this.#compensation)],
      range: this.#all.count === 0 ? null : [this.#min, this.#max],
      all: firstForm(this.#all.bins()),
      groups: this.#groups.firstForm(),
      top: this.#top.list(),
    };
  }

  statistics(): Statistics {
    const all = this.#all;
    const [median = 0, p95 = 0] = all.quantiles([0.5, 0.95], this.#decimals).map((value) => this.#clamp(value));
    const { count } = all;
    const measured = count > 0;
    return {
      value: this.#settings.name,
      unit: this.#settings.unit,
      child: this.#settings.child,
      group: this.#settings.group,
      count,
      min: measured ? this.#min : null,
      median: measured ? median : null,
      p95: measured ? p95 : null,
      max: measured ? this.#max : null,
      mean: measured ? finite((this.#sum + this.#compensation) / count) : null,
      relativeError: all.isExact ? 0 : ESTIMATE_ERROR,
      // A bin of a sketch is as wide as twice its error, and stands on one side of a bound as a whole.
      bucketError: 2 * all.relativeError,
      groupError: this.#groups.areExact ? 0 : ESTIMATE_ERROR,
      histogram: histogram(all, this.#min, this.#max, this.#decimals === 0),
      top: this.#top.list().map(([value, , label]) => ({ label, value })),
      groups: this.#groups.medians(this.#decimals).map((group) => ({ ...group, median: this.#clamp(group.median) })),
    };
  }

  /** What is estimated never leaves what was seen. */
  #clamp(value: number): number {
    return Math.min(Math.max(value, this.#min), this.#max);
  }

  /** Neumaier's sum: what rounding loses is kept aside, so that the order of rows and parts hardly matters. */
  #addToSum(value: number): void {
    const sum = this.#sum + value;
    this.#compensation += Math.abs(this.#sum) >= Math.abs(value) ? this.#sum - sum + value : value - sum + this.#sum;
    this.#sum = sum;
  }
}

/** JSON has no infinities. */
const finite = (value: number) => (Number.isFinite(value) ? value : null);

/** Unknown decimals stay unknown. */
const most = (one: number | undefined, other: number | undefined) =>
  one === undefined || other === undefined ? undefined : Math.max(one, other);
