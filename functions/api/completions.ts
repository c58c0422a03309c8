import { groupedBy } from '../../shared/domain/records.ts';
import { isFinal } from '../../shared/domain/run.ts';
import type { Process } from '../../shared/ports/deps.ts';
import type { Stores } from '../../shared/ports/stores.ts';

/** Between two looks at everything that is waited for. */
const EVERY_MS = 150;
/** Requests that one process holds: beyond that an answer comes at once. */
const MOST_WAITING = 1_000;

interface Waiter {
  readonly pipeline: string;
  readonly run: string;
  /** Ends the wait. */
  wake(): void;
}

/**
 * Waits for runs to end, for any number of requests: one poller a process reads all that is waited for together, whichever process ends a run.
 * Its reads may be stale by a moment, so that whoever was woken, or whose time is over, reads the run itself.
 */
export class Completions {
  readonly #ports: Pick<Process, 'clock' | 'log'> & { storesOf(pipeline: string): Pick<Stores, 'runs'> };
  readonly #waiters = new Set<Waiter>();
  #isPolling = false;

  constructor(ports: Pick<Process, 'clock' | 'log'> & { storesOf(pipeline: string): Pick<Stores, 'runs'> }) {
    this.#ports = ports;
  }

  /** Requests that are held just now. */
  get waiting(): number {
    return this.#waiters.size;
  }

  /**
   * Resolves when the run has ended, at `until`, or when the request is gone: whichever is first. Never rejects.
   * @param until epoch milliseconds
   * @param signal of the request, from its arrival on
   */
  async wait(pipeline: string, run: string, until: number, signal: AbortSignal): Promise<void> {
    const { clock } = this.#ports;
    const ms = until - clock.now();
    if (signal.aborted || ms <= 0 || this.#waiters.size >= MOST_WAITING) return;
    await new Promise<void>((resolve) => {
      const wake = () => {
        this.#waiters.delete(waiter);
        cancel();
        signal.removeEventListener('abort', wake);
        resolve();
      };
      const waiter = { pipeline, run, wake };
      const cancel = clock.after(ms, wake);
      signal.addEventListener('abort', wake);
      this.#waiters.add(waiter);
      this.#poll();
    });
  }

  #poll(): void {
    if (this.#isPolling || this.#waiters.size === 0) return;
    this.#isPolling = true;
    this.#ports.clock.after(EVERY_MS, () => {
      void this.#look().finally(() => {
        this.#isPolling = false;
        this.#poll();
      });
    });
  }

  async #look(): Promise<void> {
    const byPipeline = groupedBy(this.#waiters, ({ pipeline }) => pipeline);
    const looks = [...byPipeline].map(async ([pipeline, waiters]) => {
      const runs = [...new Set(waiters.map(({ run }) => run))];
      const records = await this.#ports.storesOf(pipeline).runs.readMany(runs);
      const ended = new Set(records.filter(({ status }) => isFinal(status)).map(({ run }) => run));
      for (const { run, wake } of waiters) if (ended.has(run)) wake();
    });
    // The next look may work: whoever waits learns of it at its limit.
    for (const look of await Promise.allSettled(looks))
      if (look.status === 'rejected')
        this.#ports.log.warn('What is waited for could not be read.', { error: String(look.reason) });
  }
}
