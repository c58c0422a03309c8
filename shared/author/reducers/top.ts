import * as z from 'zod';

/** `[value, child id, label]` */
export const topSchema = z.array(z.tuple([z.number(), z.string(), z.string()]));
type Entry<Shown> = readonly [value: number, child: string, shown: Shown];

export type Order = 'highest' | 'lowest';

/** The n highest values, or lowest, exact; among equals the first child by {@link compareIds} stands first, whatever the order of arrival. */
export class Top<Shown = string> {
  private entries: Entry<Shown>[] = [];
  private readonly size: number;
  private readonly sign: 1 | -1;

  constructor(size: number, order: Order = 'highest') {
    this.size = size;
    this.sign = order === 'highest' ? 1 : -1;
  }

  /** True where a value of this size would enter, so that a caller can spare making what is shown of it. */
  takes(value: number): boolean {
    const last = this.entries[this.size - 1];
    return this.size > 0 && (last === undefined || this.sign * (value - last[0]) >= 0);
  }

  add(entry: Entry<Shown>): void {
    this.addAll([entry]);
  }

  addAll(entries: readonly Entry<Shown>[]): void {
    this.entries = [...this.entries, ...entries]
      .sort((a, b) => this.sign * (b[0] - a[0]) || compareIds(a[1], b[1]))
      .slice(0, this.size);
  }

  list(): readonly Entry<Shown>[] {
    return this.entries;
  }
}

/** Orders `<slice>-<segment>.<block>.<n>` by its numbers: input order, where text order would put 10 before 9. */
export function compareIds(a: string, b: string): number {
  const [left, right] = [a.split(/[-.]/), b.split(/[-.]/)];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = Number(left[i] ?? -1) - Number(right[i] ?? -1);
    if (difference !== 0 && !Number.isNaN(difference)) return difference;
  }
  return a < b ? -1 : a > b ? 1 : 0;
}
