import type { CallResult } from '../../domain/retry.ts';
import type { Caller, CallRequest } from '../../ports/caller.ts';
import type { VirtualClock } from './virtual-clock.ts';

export interface MemoryCallerOptions {
  /** What a call comes to; its `ms` is the virtual time it takes where there's a clock. */
  readonly answer: (request: CallRequest) => CallResult;
  readonly clock?: VirtualClock;
}

/** A service in memory that remembers how often each child was called. */
export class MemoryCaller implements Caller {
  /** Calls by `<run>/<child>`. */
  readonly calls = new Map<string, number>();
  /** The most that were open at once. */
  mostOpen = 0;
  #open = 0;
  readonly #options: MemoryCallerOptions;

  constructor(options: MemoryCallerOptions) {
    this.#options = options;
  }

  async call(request: CallRequest): Promise<CallResult> {
    const { answer, clock } = this.#options;
    const key = `${request.run}/${request.child}`;
    this.calls.set(key, (this.calls.get(key) ?? 0) + 1);
    this.#open += 1;
    this.mostOpen = Math.max(this.mostOpen, this.#open);
    try {
      const result = answer(request);
      await clock?.sleep(result.ms);
      return result;
    } finally {
      this.#open -= 1;
    }
  }

  async close(): Promise<void> {}
}
