import { randomUUID } from 'node:crypto';
import { lambdaContext } from '../shared/host/context.ts';
import type { Handler } from '../shared/lambda/declaration.ts';
import { withLogIds } from '../shared/lambda/log-ids.ts';
import type { FunctionWiring } from '../shared/lambda/wiring.ts';
import { type Clock, systemClock } from '../shared/ports/clock.ts';

export interface LocalFunctionOptions {
  readonly name: string;
  readonly wiring: Pick<FunctionWiring, 'timeoutSeconds' | 'memoryMB'>;
  /** What a cold start runs: called once per environment, never while an idle one is left. */
  readonly create: () => Handler | Promise<Handler>;
  readonly clock?: Clock | undefined;
}

/** An invocation that ran longer than its function may. Its environment is gone, what it left running is not awaited. */
export class FunctionTimeoutError extends Error {
  override readonly name = 'FunctionTimeoutError';
}

/**
 * One function with Lambda's life cycle: each concurrent invocation has an environment (a handler instance) of its own,
 * made on demand and reused when idle. An invocation past its time-out fails and takes its environment with it; a
 * handler that throws keeps its environment. JavaScript can't be killed: unlike on Lambda, code of a timed-out
 * invocation may still run, which is the harder case for idempotency and therefore welcome here.
 */
export class LocalFunction {
  readonly #options: LocalFunctionOptions;
  readonly #clock: Clock;
  readonly #idle: Handler[] = [];

  constructor(options: LocalFunctionOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /**
   * Runs the handler once and gives what it returned.
   * @throws whatever the handler (or its cold start) threw, or {@link FunctionTimeoutError}.
   */
  async invoke(event: unknown): Promise<unknown> {
    const handler = this.#idle.pop() ?? (await this.#options.create());
    const { timeoutSeconds, memoryMB } = this.#options.wiring;
    const deadline = this.#clock.now() + timeoutSeconds * 1_000;
    const requestId = randomUUID();
    const context = lambdaContext({
      functionName: this.#options.name,
      requestId,
      memoryMB,
      remainingMs: () => deadline - this.#clock.now(),
    });
    let cancelTimer = () => {};
    const timeout = new Promise<never>((_, reject) => {
      cancelTimer = this.#clock.after(timeoutSeconds * 1_000, () => {
        reject(new FunctionTimeoutError(`${requestId} Task timed out after ${timeoutSeconds} seconds`));
      });
    });
    let timedOut = false;
    try {
      // The log of all functions is one file here.
      const running = withLogIds({ function: this.#options.name }, () => handler(event, context));
      return await Promise.race([running, timeout]);
    } catch (error) {
      timedOut = error instanceof FunctionTimeoutError;
      throw error;
    } finally {
      cancelTimer();
      if (!timedOut) this.#idle.push(handler);
    }
  }
}
