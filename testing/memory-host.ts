import type { SQSEvent } from 'aws-lambda';
import { lambdaContext } from '../shared/host/context.ts';
import { EventSource } from '../shared/host/event-source.ts';
import { Environments, type SimulatedFunction } from './environments.ts';
import { Faults, type SimulatedProcess } from './faults.ts';
import type { Invocation } from './invocation.ts';
import { SeededRandom } from './seeded-random.ts';
import { threads } from './threads.ts';
import type { RunEnd, RunOptions, VirtualClock } from './virtual-clock.ts';
import { type VirtualSourceOptions, virtualSource } from './virtual-source.ts';

export type { SimulatedFunction } from './environments.ts';

/** What every simulated function has. */
const MEMORY_MB = 1_024;

export interface MemoryHostOptions {
  readonly clock: VirtualClock;
  readonly random?: SeededRandom;
  readonly faults?: Faults;
  /**
   * Virtual time stands still while an invocation is at work of its own (threads, files): a run is then a function of its
   * seed whatever the machine does. Handlers must wait for virtual time through their process alone.
   */
  readonly standsStill?: boolean;
  /** Told of each invocation by its process, as it begins; what it gives is told how it ended. */
  readonly watch?: ((process: string, event: unknown) => (end: Invocation) => void) | undefined;
}

export interface MapOptions extends Omit<VirtualSourceOptions, 'clock' | 'random'> {
  readonly function: SimulatedFunction<SQSEvent>;
  readonly batchSize: number;
  readonly maxConcurrency: number;
}

/** What an error of the simulated program looks like to whoever watches. */
export interface Failure {
  readonly function: string;
  readonly error: unknown;
}

/**
 * Runs Lambda handlers in virtual time: queue mappings, schedules and direct invocations. Each concurrent environment has
 * a handler of its own from the function's factory; it is used again until its process dies.
 */
export class MemoryHost {
  readonly clock: VirtualClock;
  readonly faults: Faults;
  /** Invocations by how they ended. */
  readonly counts = { answered: 0, failed: 0, crashed: 0 };
  /** Errors that handlers threw, except by crashing. */
  readonly failures: Failure[] = [];
  readonly #random: SeededRandom;
  readonly #active = new Set<SimulatedProcess>();
  readonly #watch: MemoryHostOptions['watch'];
  #requests = 0;

  constructor(options: MemoryHostOptions) {
    const { clock, random = new SeededRandom(1), faults = new Faults({ clock }), standsStill = false } = options;
    this.clock = clock;
    this.faults = faults;
    this.#random = random;
    this.#watch = options.watch;
    if (standsStill) clock.isBusy = () => threads.isBusy || this.#isBusy();
  }

  /** Connects a queue to a function; messages are taken from now on. */
  map({ function: of, batchSize, maxConcurrency, ...source }: MapOptions): EventSource {
    const invoke = this.#invoker(of);
    return new EventSource({
      queue: virtualSource({ ...source, clock: this.clock, random: this.#random }),
      mapping: { batchSize, maxConcurrency, windowSeconds: 0 },
      async invoke(event) {
        const invocation = await invoke(event);
        if (invocation.end === 'answered') return invocation.answer;
        throw invocation.end === 'failed' ? invocation.error : new Error(invocation.reason);
      },
      // What fails is in `counts` and `failures`.
      warn() {},
    });
  }

  /** Invokes a function once, cold. Never throws: how it ended is the result. Runs only while the clock does. */
  invoke<E>(of: SimulatedFunction<E>, event: E): Promise<Invocation> {
    return this.#invoker(of)(event);
  }

  /** Invokes a function again and again, first after `ms`; the returned function ends it. */
  every<E>(ms: number, of: SimulatedFunction<E>, event: () => E): () => void {
    const invoke = this.#invoker(of);
    let cancel = () => {};
    const next = () => {
      cancel = this.clock.after(ms, () => {
        void invoke(event());
        next();
      });
    };
    next();
    return () => cancel();
  }

  /** Runs until nothing is left to happen, `until` holds or virtual time reaches `limit`. */
  run(options: RunOptions = {}): Promise<RunEnd> {
    return this.clock.run(options);
  }

  #isBusy(): boolean {
    for (const process of this.#active) if (!process.isDead && !process.isWaiting) return true;
    return false;
  }

  #invoker<E>(of: SimulatedFunction<E>): (event: E) => Promise<Invocation> {
    const environments = new Environments(of, this.faults, this.#random);
    return async (event) => {
      // Starting takes its turn like everything else.
      await this.clock.sleep(0);
      const environment = environments.take();
      const { process } = environment;
      this.#active.add(process);
      const deadline = this.clock.now() + of.timeoutMs;
      const cancel = this.clock.at(deadline, () => process.kill(`of its time-out of ${of.timeoutMs} ms`));
      this.#requests += 1;
      const context = lambdaContext({
        functionName: of.name,
        requestId: `request-${this.#requests}`,
        memoryMB: MEMORY_MB,
        remainingMs: () => deadline - this.clock.now(),
      });
      const ended = this.#watch?.(process.name, event);
      // A death counts whatever the handler makes of the crash it sees.
      const end = await Promise.race([
        process.death.then((reason): Invocation => ({ end: 'crashed', reason })),
        settle(async () => environment.handler(event, context)),
      ]);
      ended?.(end);
      cancel();
      this.#active.delete(process);
      environments.giveBack(environment);
      this.counts[end.end] += 1;
      if (end.end === 'failed') this.failures.push({ function: of.name, error: end.error });
      return end;
    };
  }
}

async function settle(work: () => Promise<unknown>): Promise<Invocation> {
  try {
    return { end: 'answered', answer: await work() };
  } catch (error) {
    return { end: 'failed', error };
  }
}
