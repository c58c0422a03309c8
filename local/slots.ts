/** Counts what may run at once. Takers wait in order. */
export class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(size: number) {
    this.#free = size;
  }

  /** Waits for a slot, then takes it and up to `most - 1` more that are free right now; gives how many. */
  async take(most = 1): Promise<number> {
    if (this.#free === 0) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
      return 1; // release() handed its slot over.
    }
    const taken = Math.min(this.#free, Math.max(1, most));
    this.#free -= taken;
    return taken;
  }

  release(count = 1): void {
    for (let i = 0; i < count; i++) {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free += 1;
    }
  }
}
