// As imports: a test that fakes the timers of its program must not stop these.
import { clearImmediate, clearTimeout, setImmediate, setTimeout } from 'node:timers';

/** In the place of an answer that doesn't come. */
export const NEVER = Symbol('never');

/** The slowest answer so often is waited for at least. */
const MARGIN = 20;

/**
 * Waits in real time, for as long as anything of what it waits for still comes. What never comes costs time once: each time that nothing
 * came, it waits half as long, but always much longer than the slowest that did come.
 */
export class Patience {
  readonly #giveUps = new Set<() => void>();
  #ms: number;
  #slowestMs = 0;
  #cancel = () => {};

  /** @param ms without an answer after which those that are awaited count as never coming */
  constructor(ms = 1_000) {
    this.#ms = ms;
  }

  /** What the work comes to, or {@link NEVER} once nothing that is awaited here has come for a while. */
  wait<T>(work: PromiseLike<T>): Promise<T | typeof NEVER> {
    return new Promise((resolve, reject) => {
      const began = performance.now();
      const giveUp = () => resolve(NEVER);
      this.#giveUps.add(giveUp);
      this.#startAnew();
      const came = () => {
        // Also where it was given up: it was slow, and the next one may be.
        this.#slowestMs = Math.max(this.#slowestMs, performance.now() - began);
        if (this.#giveUps.delete(giveUp)) this.#startAnew();
      };
      work.then(
        (value) => {
          came();
          resolve(value);
        },
        (error: unknown) => {
          came();
          reject(error);
        },
      );
    });
  }

  #startAnew(): void {
    this.#cancel();
    if (this.#giveUps.size === 0) return;
    // What takes less than a millisecond was waiting for nothing.
    const ms = Math.max(this.#ms, this.#slowestMs < 1 ? 0 : MARGIN * this.#slowestMs);
    if (ms >= 1) {
      const timer = setTimeout(() => this.#giveUp(), ms);
      this.#cancel = () => clearTimeout(timer);
    } else {
      const immediate = setImmediate(() => this.#giveUp());
      this.#cancel = () => clearImmediate(immediate);
    }
  }

  #giveUp(): void {
    this.#ms /= 2;
    const all = [...this.#giveUps];
    this.#giveUps.clear();
    for (const giveUp of all) giveUp();
  }
}
