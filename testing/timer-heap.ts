export interface Timer {
  readonly time: number;
  readonly task: () => void;
}

interface Entry {
  readonly time: number;
  /** Order among timers of the same time. */
  readonly rank: number;
  /** Null: taken back. */
  task: (() => void) | null;
}

/** Timers by time, then rank; a binary heap, as a simulated run holds hundreds of thousands. */
export class TimerHeap {
  readonly #heap: Entry[] = [];

  /** Gives the function that takes the timer back. */
  add(time: number, rank: number, task: () => void): () => void {
    const entry: Entry = { time, rank, task };
    this.#heap.push(entry);
    this.#up(this.#heap.length - 1);
    return () => {
      // Left in the heap until it surfaces; its closure goes now.
      entry.task = null;
    };
  }

  /** The next timer that wasn't taken back. */
  peek(): Timer | undefined {
    for (let top = this.#heap[0]; top; top = this.#heap[0]) {
      const { time, task } = top;
      if (task) return { time, task };
      this.pop();
    }
    return undefined;
  }

  pop(): void {
    const last = this.#heap.pop();
    if (!last || this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#down();
  }

  #up(from: number): void {
    let index = from;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.#swapped(parent, index)) return;
      index = parent;
    }
  }

  #down(): void {
    let index = 0;
    while (true) {
      const left = 2 * index + 1;
      const smaller = this.#isBefore(left + 1, left) ? left + 1 : left;
      if (!this.#swapped(index, smaller)) return;
      index = smaller;
    }
  }

  /** Puts the two in order; true where they weren't. */
  #swapped(upper: number, lower: number): boolean {
    const above = this.#heap[upper];
    const below = this.#heap[lower];
    if (!above || !below || !this.#isBefore(lower, upper)) return false;
    this.#heap[upper] = below;
    this.#heap[lower] = above;
    return true;
  }

  #isBefore(a: number, b: number): boolean {
    const left = this.#heap[a];
    const right = this.#heap[b];
    if (!left || !right) return false;
    return left.time < right.time || (left.time === right.time && left.rank < right.rank);
  }
}
