import * as z from 'zod';
import type { Json } from '../../domain/json.ts';
import { Distribution, distributionSchema } from './distribution.ts';
import { firstForm } from './first-form.ts';
import type { Statistics } from './statistics-sections.ts';

type Group = Statistics['groups'][number];

/** Groups reported by name. */
export const MAX_GROUPS = 1_000;
/** What the groups beyond {@link MAX_GROUPS} are reported as, together, last. */
export const OTHER = '(other groups)';

export const groupsSchema = z.object({
  named: z.array(z.tuple([z.string(), distributionSchema])),
  other: distributionSchema,
});

/** Different values of a group that are kept where those of all together are many: a thousand groups must stay small. */
const GROUP_EXACT = 100;

/**
 * Distributions by group. Past {@link MAX_GROUPS} names, the first ones in code-unit order stay and the others become one. A group that
 * is among the first of all is among the first of every part, so the parts may be merged in any order.
 *
 * All groups are exact while their different values together are few. Beyond that, and past {@link MAX_GROUPS} names, each is exact up to
 * {@link GROUP_EXACT} values. A whole has at least as many values and names as any part of it, so that too is the same in any order.
 */
export class Groups {
  private named = new Map<string, Distribution>();
  private readonly other: Distribution;
  private readonly each: number;
  private readonly together: number;
  /** Different values of all groups, while they are few. */
  private kept = 0;
  private areMany = false;

  /**
   * @param together different values of all groups that are kept exactly
   * @param share of what is kept exactly: one of so many values that are measured
   */
  constructor(together: number, share = 1) {
    this.each = Math.floor(GROUP_EXACT / share);
    this.together = Math.floor(together / share);
    this.other = new Distribution(this.each);
  }

  /** `value` must be finite. */
  add(name: string, value: number): void {
    this.grow(this.of(name), (group) => group.add(value));
  }

  merge(json: z.infer<typeof groupsSchema>): void {
    for (const [name, stored] of json.named) this.grow(this.of(name), (group) => group.merge(stored));
    this.other.merge(json.other);
    // What it was part of has many, though this may not have: a sketch, or names beyond the most.
    if (this.other.count > 0 || [...this.named.values()].some(({ isExact }) => !isExact)) this.limitEach();
  }

  toJSON(): z.infer<typeof groupsSchema> {
    this.trim();
    return { named: this.sorted().map(([name, group]) => [name, group.toJSON()]), other: this.other.toJSON() };
  }

  /** As the release before this one stores them. */
  firstForm(): Json {
    this.trim();
    return {
      named: this.sorted().map(([name, group]): Json => [name, firstForm(group.bins())]),
      other: firstForm(this.other.bins()),
    };
  }

  /** @param decimals that the values have at most */
  medians(decimals: number | undefined): Group[] {
    this.trim();
    const median = (group: string, of: Distribution): Group => {
      const [value = 0] = of.quantiles([0.5], decimals);
      return { group, count: of.count, median: value };
    };
    // Sorted by name first: a stable sort leaves equals in that order.
    const named = this.sorted().map(([name, group]) => median(name, group));
    named.sort((a, b) => b.count - a.count);
    return this.other.count > 0 ? [...named, median(OTHER, this.other)] : named;
  }

  /** Whether no median is an estimate. */
  get areExact(): boolean {
    return this.other.isExact && [...this.named.values()].every(({ isExact }) => isExact);
  }

  private sorted(): [string, Distribution][] {
    return [...this.named].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  private of(name: string): Distribution {
    let group = this.named.get(name);
    if (!group) {
      // Trimmed in bulk: one sort for as many new names as are kept.
      if (this.named.size >= 2 * MAX_GROUPS) this.trim();
      group = new Distribution(this.areMany ? this.each : this.together);
      this.named.set(name, group);
    }
    return group;
  }

  private grow(group: Distribution, add: (group: Distribution) => void): void {
    const before = group.different;
    add(group);
    this.kept += group.different - before;
    if (this.kept > this.together) this.limitEach();
  }

  private limitEach(): void {
    if (this.areMany) return;
    this.areMany = true;
    for (const group of this.named.values()) group.limitTo(this.each);
  }

  private trim(): void {
    if (this.named.size <= MAX_GROUPS) return;
    this.limitEach();
    const all = this.sorted();
    for (const [, group] of all.slice(MAX_GROUPS)) this.other.merge(group.toJSON());
    this.named = new Map(all.slice(0, MAX_GROUPS));
  }
}
