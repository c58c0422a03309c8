import type { ServerProcess } from './server-process.ts';
import { type ServiceOptions, startService } from './services.ts';

/** A service's two servers. */
export interface ServicePair {
  readonly live: ServerProcess<string>;
  readonly clone: ServerProcess<string>;
  /** Resolves with what happened when one of them ends on its own. */
  readonly failure: Promise<Error>;
}

/** The services of a project that its pipelines use, each started once, when the first pipeline needs it. */
export class ServicePool {
  readonly #options: Omit<ServiceOptions, 'service' | 'role'>;
  readonly #pairs = new Map<string, Promise<ServicePair>>();
  readonly #running = new Set<ServicePair>();

  constructor(options: Omit<ServiceOptions, 'service' | 'role'>) {
    this.#options = options;
  }

  /** Ids of the processes that run. */
  get pids(): readonly number[] {
    return [...this.#running].flatMap(({ live, clone }) => [live.pid, clone.pid]);
  }

  /** @throws {Error} where the service doesn't build, or doesn't listen */
  get(service: string): Promise<ServicePair> {
    const known = this.#pairs.get(service);
    if (known) return known;
    const pair = this.#start(service);
    this.#pairs.set(service, pair);
    // The next who needs it starts it again.
    const forget = () => void this.#pairs.delete(service);
    pair.then(({ failure }) => failure).then(forget, forget);
    return pair;
  }

  async stop(): Promise<void> {
    await Promise.allSettled(this.#pairs.values());
    await Promise.all([...this.#running].map((pair) => this.#end(pair)));
  }

  async #start(service: string): Promise<ServicePair> {
    const starting = [
      startService({ ...this.#options, service, role: 'live' }),
      startService({ ...this.#options, service, role: 'clone' }),
    ] as const;
    const settled = await Promise.allSettled(starting);
    try {
      const [live, clone] = await Promise.all(starting);
      const pair = { live, clone, failure: Promise.race([live.failure, clone.failure]) };
      this.#running.add(pair);
      void pair.failure.then(() => this.#end(pair));
      return pair;
    } catch (error) {
      await Promise.all(settled.map((each) => each.status === 'fulfilled' && each.value.stop()));
      throw error;
    }
  }

  async #end(pair: ServicePair): Promise<void> {
    await Promise.all([pair.live.stop(), pair.clone.stop()]);
    this.#running.delete(pair);
  }
}
