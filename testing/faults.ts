import { QueueError } from '../shared/domain/errors.ts';
import type { Clock } from '../shared/ports/clock.ts';
import type { Stores } from '../shared/ports/stores.ts';
import { SeededRandom } from './seeded-random.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** The process has died. Whatever it still does, none of its port calls has an effect any more. */
export class Crash extends Error {
  override readonly name = 'Crash';
}

/** What an AWS client throws once its own retries are used up. */
export class ThrottledError extends Error {
  override readonly name = 'ThrottlingException';
}

/** No answer came; the request may have been carried out. */
export class LostAnswerError extends Error {
  override readonly name = 'TimeoutError';
}

/** One call of a port's method. */
export interface PortCall {
  /** 1 for the first call after the faults were made, over all processes. */
  readonly number: number;
  readonly process: string;
  readonly port: string;
  readonly method: string;
}

/** What happens to a call. */
export type Fault =
  | 'pass'
  /** The process dies without the effect. */
  | 'crash-before'
  /** The process dies with the effect, and without learning of it. */
  | 'crash-after'
  /** No effect, and a {@link ThrottledError}. */
  | 'throttle'
  /** The effect, and a {@link LostAnswerError}. */
  | 'lose-answer'
  /** Of a call whose first argument is a list, a seeded part of it takes effect, and a {@link QueueError}; of others as `throttle`. */
  | 'partial'
  /** An answer that some process got before, where the port allows stale reads ({@link MAY_BE_STALE}); else as `pass`. */
  | 'stale'
  /** Waits so many virtual milliseconds before the effect. */
  | { readonly delayMs: number };

/** Those that a process lives through, with an error. */
const FAILING: readonly Fault[] = ['throttle', 'lose-answer', 'partial'];

/** Decides for each call. Called once for each, in the order of their numbers. */
export type FaultPlan = (call: PortCall) => Fault;

/** Reads that the ports don't promise to be consistent. */
export const MAY_BE_STALE: ReadonlySet<string> = new Set([
  'runs.list',
  'chains.readCheckpoints',
  'progress.read',
  'refusals.list',
]);

export interface FaultsOptions {
  readonly plan?: FaultPlan;
  /** With it each call lets others run before and after its effect, in a seeded order. Needed for delays. */
  readonly clock?: VirtualClock;
  readonly random?: SeededRandom;
  /** Told of each call, before its effect. */
  readonly trace?: (call: PortCall, fault: Fault) => void;
  /** Told of each call as it begins, as it takes effect, and where it fails a process that lives. */
  readonly watch?: {
    began(call: PortCall): void;
    took(call: PortCall, args: readonly unknown[], answer: unknown): void;
    failed(call: PortCall): void;
  };
}

/** Where port calls fail by plan. Numbers the calls, so that a test can crash at every one of them in turn. */
export class Faults {
  plan: FaultPlan;
  readonly #options: FaultsOptions;
  readonly #random: SeededRandom;
  readonly #answers = new Map<string, unknown>();
  #calls = 0;

  constructor(options: FaultsOptions = {}) {
    this.plan = options.plan ?? (() => 'pass');
    this.#options = options;
    this.#random = options.random ?? new SeededRandom(1);
  }

  /** Calls so far. */
  get calls(): number {
    return this.#calls;
  }

  /** A process whose ports can fail: what a Lambda environment is. */
  process(name: string): SimulatedProcess {
    return new SimulatedProcess(name, (call, target, args, process) => this.#call(call, target, args, process));
  }

  async #call(
    [port, method]: readonly [string, string],
    effect: (args: readonly unknown[]) => unknown,
    args: readonly unknown[],
    process: SimulatedProcess,
  ): Promise<unknown> {
    const { clock, trace, watch } = this.#options;
    process.check();
    this.#calls += 1;
    const call: PortCall = { number: this.#calls, process: process.name, port, method };
    const fault = this.plan(call);
    trace?.(call, fault);
    watch?.began(call);
    if (clock) await process.waitFor(clock.sleep(typeof fault === 'object' ? fault.delayMs : 0));
    if (fault === 'crash-before') process.kill(`before ${port}.${method}, call ${call.number}`);
    // Or it died while this call waited: of another call, or of its time-out.
    process.check();
    const watched = async (given: readonly unknown[]) => {
      const answer = await effect(given);
      watch?.took(call, given, answer);
      return answer;
    };
    if (FAILING.includes(fault)) watch?.failed(call);
    const answer = await this.#effect(fault, `${port}.${method}`, watched, args);
    if (fault === 'crash-after') process.kill(`after ${port}.${method}, call ${call.number}`);
    if (clock) await process.waitFor(clock.sleep(0));
    process.check();
    if (fault === 'lose-answer') throw new LostAnswerError(`No answer to ${port}.${method} (call ${call.number}).`);
    return answer;
  }

  async #effect(
    fault: Fault,
    name: string,
    effect: (args: readonly unknown[]) => unknown,
    args: readonly unknown[],
  ): Promise<unknown> {
    const [list, ...rest] = args;
    if (fault === 'partial' && Array.isArray(list)) {
      const part: unknown[] = list.filter(() => this.#random.chance(0.5));
      await effect([part, ...rest]);
      throw new QueueError(`${list.length - part.length} of ${list.length} entries of ${name} were refused.`);
    }
    if (fault === 'throttle' || fault === 'partial') throw new ThrottledError(`${name} was throttled.`);
    if (!MAY_BE_STALE.has(name)) return effect(args);
    const key = `${name} ${JSON.stringify(args)}`;
    const before = this.#answers.get(key);
    if (fault === 'stale' && before !== undefined) return structuredClone(before);
    const answer = await effect(args);
    this.#answers.set(key, structuredClone(answer));
    return answer;
  }
}

type Intercept = (
  call: readonly [string, string],
  effect: (args: readonly unknown[]) => unknown,
  args: readonly unknown[],
  process: SimulatedProcess,
) => Promise<unknown>;

/** One process; make it with {@link Faults.process}. Once dead it stays dead. */
export class SimulatedProcess {
  readonly name: string;
  /** Resolves with the reason when the process dies. */
  readonly death: Promise<string>;
  readonly #intercept: Intercept;
  #reason: string | null = null;
  #waits = 0;
  #die: (reason: string) => void = () => {};

  constructor(name: string, intercept: Intercept) {
    this.name = name;
    this.#intercept = intercept;
    this.death = new Promise((resolve) => {
      this.#die = resolve;
    });
  }

  get isDead(): boolean {
    return this.#reason !== null;
  }

  /** It waits for virtual time in some of its work; where in none of it, it is at real work, or done. */
  get isWaiting(): boolean {
    return this.#waits > 0;
  }

  /** Waits for something that virtual time brings. */
  async waitFor<T>(work: Promise<T>): Promise<T> {
    this.#waits += 1;
    try {
      return await work;
    } finally {
      this.#waits -= 1;
    }
  }

  /** The clock as this process sees it: its waits are known, and end with it. */
  clockOn(clock: Clock): Clock {
    return {
      now: () => clock.now(),
      after: (ms, task, purpose = 'limit') => {
        if (purpose === 'limit') return clock.after(ms, task);
        this.#waits += 1;
        let isSet = true;
        const end = () => {
          if (isSet) this.#waits -= 1;
          isSet = false;
        };
        const cancel = clock.after(ms, () => {
          end();
          if (!this.isDead) task();
        });
        return () => {
          end();
          cancel();
        };
      },
    };
  }

  /** The first reason stays. */
  kill(reason: string): void {
    this.#reason ??= reason;
    this.#die(this.#reason);
  }

  /** @throws {Crash} once it is dead */
  check(): void {
    if (this.#reason !== null) throw new Crash(`Process ${this.name} died ${this.#reason}.`);
  }

  /** The same port, as this process sees it. All its methods must be asynchronous. */
  wrap<T extends object>(port: string, target: T): T {
    return new Proxy(target, {
      get: (object, key) => {
        const method: unknown = Reflect.get(object, key);
        if (typeof method !== 'function' || typeof key !== 'string') return method;
        const effect = (args: readonly unknown[]): unknown => Reflect.apply(method, object, args);
        return (...args: unknown[]) => this.#intercept([port, key], effect, args, this);
      },
    });
  }

  /** All stores of a pipeline, as this process sees them. */
  wrapStores(stores: Stores): Stores {
    return {
      acts: this.wrap('acts', stores.acts),
      runs: this.wrap('runs', stores.runs),
      chains: this.wrap('chains', stores.chains),
      blocks: this.wrap('blocks', stores.blocks),
      segments: this.wrap('segments', stores.segments),
      seats: this.wrap('seats', stores.seats),
      notices: this.wrap('notices', stores.notices),
      progress: this.wrap('progress', stores.progress),
      refusals: this.wrap('refusals', stores.refusals),
      sweeps: this.wrap('sweeps', stores.sweeps),
      waits: this.wrap('waits', stores.waits),
    };
  }
}
