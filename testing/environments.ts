import type { Context } from 'aws-lambda';
import type { Faults, SimulatedProcess } from './faults.ts';
import type { SeededRandom } from './seeded-random.ts';

/** A Lambda function to simulate. */
export interface SimulatedFunction<E> {
  readonly name: string;
  readonly timeoutMs: number;
  /** Makes an environment's handler; it reaches its ports through the process alone. */
  readonly create: (process: SimulatedProcess) => (event: E, context: Context) => Promise<unknown>;
}

export interface Environment<E> {
  readonly process: SimulatedProcess;
  readonly handler: (event: E, context: Context) => Promise<unknown>;
}

/** A function's warm environments: taken by one invocation at a time, gone when their process dies. */
export class Environments<E> {
  readonly #function: SimulatedFunction<E>;
  readonly #faults: Faults;
  readonly #random: SeededRandom;
  readonly #idle: Environment<E>[] = [];
  #made = 0;

  constructor(of: SimulatedFunction<E>, faults: Faults, random: SeededRandom) {
    this.#function = of;
    this.#faults = faults;
    this.#random = random;
  }

  take(): Environment<E> {
    const [idle] = this.#idle.splice(this.#random.integer(this.#idle.length), 1);
    if (idle) return idle;
    this.#made += 1;
    const process = this.#faults.process(`${this.#function.name}-${this.#made}`);
    return { process, handler: this.#function.create(process) };
  }

  giveBack(environment: Environment<E>): void {
    if (!environment.process.isDead) this.#idle.push(environment);
  }
}
