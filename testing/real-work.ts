import type { VirtualClock } from './virtual-clock.ts';

/** Work under way that virtual time doesn't bring, such as requests at sockets: it stands still for it. */
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
          return answer instanceof Promise ? this.until(answer) : answer;
        };
      },
    });
  }

  /** Counts it until it has ended; gives it back. */
  until<T>(work: Promise<T>): Promise<T> {
    this.#underWay += 1;
    const ended = () => {
      this.#underWay -= 1;
      for (const resolve of this.#waiting.splice(0)) resolve();
    };
    work.then(ended, ended);
    return work;
  }
}
