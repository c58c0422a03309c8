import type { Random } from '../shared/ports/clock.ts';

/**
 * Repeatable chance: the same seed gives the same run. Mulberry32, a 32-bit generator: plenty for choosing an order,
 * never for secrets.
 */
export class SeededRandom implements Random {
  #state: number;
  #ids = 0;

  /** @param seed an integer; its low 32 bits count */
  constructor(seed: number) {
    this.#state = seed | 0;
  }

  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** An integer, 0 ≤ x < `below`. */
  integer(below: number): number {
    return Math.floor(this.next() * below);
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return probability > 0 && this.next() < probability;
  }

  // Chance first, so that ids come in no order; the counter behind it keeps them unique within this generator.
  id(): string {
    this.#ids += 1;
    return `${hex(this.next())}${hex(this.next())}-${this.#ids.toString(36)}`;
  }

  /** An independent generator, so that one part's draws don't shift another's. */
  fork(): SeededRandom {
    return new SeededRandom(Math.floor(this.next() * 2 ** 32));
  }
}

const hex = (x: number) =>
  Math.floor(x * 2 ** 32)
    .toString(16)
    .padStart(8, '0');
