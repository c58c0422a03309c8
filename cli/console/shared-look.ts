/** One look at a thing for all who want to see it within a moment. */
export class SharedLook<T> {
  readonly #forMs: number;
  readonly #now: () => number;
  readonly #looks = new Map<string, { readonly until: number; readonly look: Promise<T> }>();

  constructor(forMs: number, now: () => number = () => performance.now()) {
    this.#forMs = forMs;
    this.#now = now;
  }

  /** The look of a moment ago, or a new one. One that failed is not kept. */
  take(key: string, look: () => Promise<T>): Promise<T> {
    const now = this.#now();
    for (const [each, { until }] of this.#looks) if (until <= now) this.#looks.delete(each);
    const known = this.#looks.get(key);
    if (known) return known.look;
    const taken = look();
    this.#looks.set(key, { until: now + this.#forMs, look: taken });
    taken.catch(() => this.#looks.delete(key));
    return taken;
  }
}
