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

/** Different values of a group that are kept: a thousand groups must stay small. */
const GROUP_EXACT = 100;

/**
 * Distributions by group. Past {@link MAX_GROUPS} names, the first ones in code-unit order stay and the others become one. A group that
 * is among the first of all is among the first of every part, so the parts may be merged in any order.
 */
export class Groups {
  private named = new Map<string, Distribution>();
  private readonly other: Distribution;
  private readonly exact: number;

  /** @param share of what is kept exactly: one of so many values that are measured */
  constructor(share = 1) {
    this.exact = Math.floor(GROUP_EXACT / share);
    this.other = new Distribution(this.exact);
  }

  of(name: string): Distribution {
    let group = this.named.get(name);
    if (!group) {
      // Trimmed in bulk: one sort for as many new names as are kept.
      if (this.named.size >= 2 * MAX_GROUPS) this.trim();
      group = new Distribution(this.exact);
      this.named.set(name, group);
    }
    return group;
  }

  merge(json: z.infer<typeof groupsSchema>): void {
    for (const [name, group] of json.named) this.of(name).merge(group);
    this.other.merge(json.other);
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

  private trim(): void {
    if (this.named.size <= MAX_GROUPS) return;
    const all = this.sorted();
    for (const [, group] of all.slice(MAX_GROUPS)) this.other.merge(group.toJSON());
    this.named = new Map(all.slice(0, MAX_GROUPS));
  }
}
