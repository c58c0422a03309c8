/** Lets so many run at once. Those that wait get their turns in the order they came. */
export class Semaphore {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  /** @param size how many may run at once */
  constructor(size: number) {
    this.#free = size;
  }

  /** Waits for one permit, then takes it and up to `most - 1` more that are free right now; gives how many. */
  async take(most = 1): Promise<number> {
    if (this.#free === 0) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
      return 1; // release() handed its permit over.
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

  /** Runs a task under one permit. */
  async run<T>(task: () => Promise<T>): Promise<T> {
    await this.take();
    try {
      return await task();
    } finally {
      this.release();
    }
  }
}
