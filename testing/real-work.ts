import type { VirtualClock } from './virtual-clock.ts';

/** Requests under way at real sockets, for which virtual time stands still. */
export class RealWork {
  #underWay = 0;
  readonly #waiting: (() => void)[] = [];

  /** Stops a clock while any is. */
  stop(clock: VirtualClock): void {
    const { isBusy } = clock;
    clock.isBusy = () => this.#underWay > 0 || isBusy();
    clock.untilNews = async () => {
      if (this.#underWay > 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    };
  }

  /** The same object; what its methods promise is work until it is kept or broken. */
  watch<T extends object>(target: T): T {
    return new Proxy(target, {
      get: (object, key) => {
        const method: unknown = Reflect.get(object, key);
        if (typeof method !== 'function') return method;
        return (...args: unknown[]): unknown => {
          const answer: unknown = Reflect.apply(method, object, args);
          if (answer instanceof Promise) this.#count(answer);
          return answer;
        };
      },
    });
  }

  #count(work: Promise<unknown>): void {
    this.#underWay += 1;
    const ended = () => {
      this.#underWay -= 1;
      for (const resolve of this.#waiting.splice(0)) resolve();
    };
    work.then(ended, ended);
  }
}
