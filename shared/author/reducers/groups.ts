import * as z from 'zod';
import { Sketch, sketchSchema } from './sketch.ts';
import type { Statistics } from './statistics-sections.ts';

/** Groups reported by name. */
export const MAX_GROUPS = 1_000;
/** What the groups beyond {@link MAX_GROUPS} are reported as, together, last. */
export const OTHER = '(other groups)';

export const groupsSchema = z.object({ named: z.array(z.tuple([z.string(), sketchSchema])), other: sketchSchema });

/**
 * Sketches by group. Past {@link MAX_GROUPS} names, the first ones in code-unit order stay and the others become one. A group that
 * is among the first of all is among the first of every part, so the parts may be merged in any order.
 */
export class Groups {
  private named = new Map<string, Sketch>();
  private other = new Sketch();

  of(name: string): Sketch {
    let sketch = this.named.get(name);
    if (!sketch) {
      // Trimmed in bulk: one sort for as many new names as are kept.
      if (this.named.size >= 2 * MAX_GROUPS) this.trim();
      sketch = new Sketch();
      this.named.set(name, sketch);
    }
    return sketch;
  }

  merge(json: z.infer<typeof groupsSchema>): void {
    for (const [name, sketch] of json.named) this.of(name).mergeJson(sketch);
    this.other.mergeJson(json.other);
  }

  toJSON(): z.infer<typeof groupsSchema> {
    this.trim();
    return { named: this.sorted().map(([name, sketch]) => [name, sketch.toJSON()]), other: this.other.toJSON() };
  }

  medians(): Statistics['groups'] {
    this.trim();
    const median = (group: string, sketch: Sketch) => {
      const [value = 0] = sketch.quantiles(0.5);
      return { group, count: sketch.count, median: value };
    };
    // Sorted by name first: a stable sort leaves equals in that order.
    const named = this.sorted().map(([name, sketch]) => median(name, sketch));
    named.sort((a, b) => b.count - a.count);
    return this.other.count > 0 ? [...named, median(OTHER, this.other)] : named;
  }

  private sorted(): [string, Sketch][] {
    return [...this.named].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  private trim(): void {
    if (this.named.size <= MAX_GROUPS) return;
    const all = this.sorted();
    for (const [, sketch] of all.slice(MAX_GROUPS)) this.other.merge(sketch);
    this.named = new Map(all.slice(0, MAX_GROUPS));
  }
}
