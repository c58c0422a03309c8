import { headersFor } from '../shared/adapters/endpoints/headers.ts';
import type { Pipeline } from '../shared/author/definition.ts';
import type { CallResult } from '../shared/domain/retry.ts';
import type { Caller, CallRequest } from '../shared/ports/caller.ts';
import { type CallBackOptions, callBack } from './call-back.ts';
import type { SimulatedProcess } from './faults.ts';
import { NEVER, type Patience } from './patience.ts';
import type { RealWork } from './real-work.ts';
import { callResultOf, readWhole, type Service } from './service.ts';
import type { VirtualClock } from './virtual-clock.ts';

export interface ServiceCallerOptions<B, R> {
  readonly service: Service<B, R>;
  readonly pipeline: Pick<Pipeline, 'name' | 'endpoint'>;
  readonly clock: VirtualClock;
  readonly process: SimulatedProcess;
  /** Virtual time stands still while the service is at it. */
  readonly work: RealWork;
  readonly patience: Patience;
  /** Invokes the function that takes callbacks. */
  readonly take: CallBackOptions['take'];
  /** Told what the service threw, where that is its answer. */
  threw(error: unknown): void;
  /** Told what the test itself got wrong: nothing that comes after it counts. */
  failed(error: unknown): void;
}

/** Calls a test's service in virtual time. */
export function serviceCaller<B, R>(of: ServiceCallerOptions<B, R>): Caller {
  const { service, pipeline, clock, process, work, patience, take } = of;
  const headersOf = headersFor(pipeline);
  const sleep = (ms: number) => clock.sleep(ms);
  const { timeoutSeconds, maxResponseBytes } = pipeline.endpoint;
  const limits = { timeoutMs: timeoutSeconds * 1_000, maxResponseBytes };

  async function answerTo(request: CallRequest): Promise<unknown> {
    const { method, path, child, attempt } = request;
    const headers = headersOf(request);
    const key = headers['idempotency-key'] ?? '';
    try {
      const says = { method, path, headers, body: bodyOf(request), key, child, attempt, at: clock.now() };
      const url = headers['microprocess-callback'];
      const answer = service({ ...says, sleep, callBack: (said) => callBack({ url, clock, take }, said) });
      // Most answer at once: one promise less for each call.
      return isPromise(answer) || answer instanceof Response
        ? await work.until(patience.wait(whole(answer, maxResponseBytes)))
        : answer;
    } catch (error) {
      if (isAssertion(error)) throw error;
      of.threw(error);
      return { status: 500, body: wordsOf(error) };
    }
  }

  async function resultOf(request: CallRequest): Promise<CallResult> {
    try {
      const answer = await answerTo(request);
      return callResultOf(answer === NEVER ? { failure: 'timeout' } : answer, limits);
    } catch (error) {
      of.failed(error);
      return { kind: 'failure', reason: 'network', ms: 0 };
    }
  }

  return {
    async call(request) {
      process.check();
      const result = await resultOf(request);
      await process.waitFor(clock.sleep(result.ms));
      process.check();
      return result;
    },
    async close() {},
  };
}

const whole = async (answer: unknown, maxBytes: number) => readWhole(await answer, maxBytes);

function isPromise(answer: unknown): answer is PromiseLike<unknown> {
  return typeof answer === 'object' && answer !== null && 'then' in answer && typeof answer.then === 'function';
}

/** Of Node, Chai and Vitest by name; Jest's and Vitest's `expect` say what the matcher found. */
function isAssertion(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AssertionError' || 'matcherResult' in error);
}

/** JSON, read; the text of another body, and null for none. */
function bodyOf({ body, headers }: CallRequest) {
  return body === null || headers['content-type'] !== 'application/json' ? body : JSON.parse(body);
}

/** What was thrown, as a framework's page would say it: an object without a prototype has no words. */
function wordsOf(error: unknown): string {
  try {
    return String(error);
  } catch {
    return 'an error';
  }
}
