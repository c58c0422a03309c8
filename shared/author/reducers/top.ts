import * as z from 'zod';

/** `[value, child id, label]` */
export const topSchema = z.array(z.tuple([z.number(), z.string(), z.string()]));
type Entry = z.infer<typeof topSchema>[number];

/** The n highest values, exact; among equals the first child by {@link compareIds} stands first, whatever the order of arrival. */
export class Top {
  private entries: Entry[] = [];
  private readonly size: number;

  constructor(size: number) {
    this.size = size;
  }

  /** True where a value of this size would enter, so that a caller can spare making its label. */
  takes(value: number): boolean {
    const last = this.entries[this.size - 1];
    return this.size > 0 && (last === undefined || value >= last[0]);
  }

  add(entry: Entry): void {
    this.addAll([entry]);
  }

  addAll(entries: readonly Entry[]): void {
    this.entries = [...this.entries, ...entries].sort(highestFirst).slice(0, this.size);
  }

  list(): readonly Entry[] {
    return this.entries;
  }
}

const highestFirst = (a: Entry, b: Entry) => b[0] - a[0] || compareIds(a[1], b[1]);

/** Orders `<slice>-<segment>.<block>.<n>` by its numbers: input order, where text order would put 10 before 9. */
export function compareIds(a: string, b: string): number {
  const [left, right] = [a.split(/[-.]/), b.split(/[-.]/)];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = Number(left[i] ?? -1) - Number(right[i] ?? -1);
    if (difference !== 0 && !Number.isNaN(difference)) return difference;
  }
  return a < b ? -1 : a > b ? 1 : 0;
}
