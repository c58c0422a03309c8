// As imports: a test that fakes the timers of its program must not stop these.
import { clearTimeout, setTimeout } from 'node:timers';

/** Real milliseconds without any answer after which those that are awaited count as never coming. Halved each time. */
const PATIENCE_MS = 1_000;
const LEAST_MS = 20;

/** In the place of an answer that doesn't come. */
export const NEVER = Symbol('never');

/** Waits in real time, for as long as anything of what it waits for still comes. */
export class Patience {
  readonly #giveUps = new Set<() => void>();
  #ms = PATIENCE_MS;
  #timer: NodeJS.Timeout | undefined;

  /** What the work comes to, or {@link NEVER} once nothing that is awaited here has come for a while. */
  wait<T>(work: PromiseLike<T>): Promise<T | typeof NEVER> {
    return new Promise((resolve, reject) => {
      const giveUp = () => resolve(NEVER);
      this.#giveUps.add(giveUp);
      this.#startAnew();
      const came = () => {
        this.#giveUps.delete(giveUp);
        this.#startAnew();
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
    if (this.#giveUps.size === 0) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
    } else if (this.#timer) this.#timer.refresh();
    else this.#timer = setTimeout(() => this.#giveUp(), this.#ms);
  }

  #giveUp(): void {
    this.#timer = undefined;
    this.#ms = Math.max(LEAST_MS, this.#ms / 2);
    const all = [...this.#giveUps];
    this.#giveUps.clear();
    for (const giveUp of all) giveUp();
  }
}
