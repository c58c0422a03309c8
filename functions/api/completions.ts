import { groupedBy } from '../../shared/domain/records.ts';
import { isFinal } from '../../shared/domain/run.ts';
import type { CallStore } from '../../shared/ports/call-store.ts';
import type { Process } from '../../shared/ports/deps.ts';
import type { Stores } from '../../shared/ports/stores.ts';

/** Between two looks at everything that is waited for. */
const EVERY_MS = 150;
/** Requests that one process holds: beyond that an answer comes at once. */
const MOST_WAITING = 1_000;

/** What can be waited for. */
export type Awaited = 'run' | 'task';

interface Waiter {
  readonly kind: Awaited;
  readonly pipeline: string;
  readonly id: string;
  /** Ends the wait. */
  wake(): void;
}

export interface CompletionsPorts extends Pick<Process, 'clock' | 'log'> {
  storesOf(pipeline: string): Pick<Stores, 'runs'>;
  callsOf(pipeline: string): Pick<CallStore, 'readMany'>;
}

/**
 * Waits for runs and tasks to end, for any number of requests: one poller a process reads all that is waited for together, whichever process ends it.
 * Its reads may be stale by a moment, so that whoever was woken, or whose time is over, reads it itself.
 */
export class Completions {
  readonly #ports: CompletionsPorts;
  readonly #waiters = new Set<Waiter>();
  #isPolling = false;

  constructor(ports: CompletionsPorts) {
    this.#ports = ports;
  }

  /** Requests that are held just now. */
  get waiting(): number {
    return this.#waiters.size;
  }

  /**
   * Resolves when it has ended, at `until`, or when the request is gone: whichever is first. Never rejects.
   * @param until epoch milliseconds
   * @param signal of the request, from its arrival on
   */
  async wait({ kind, pipeline, id }: Omit<Waiter, 'wake'>, until: number, signal: AbortSignal): Promise<void> {
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
      const waiter = { kind, pipeline, id, wake };
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
    const looks = [...groupedBy(this.#waiters, ({ kind, pipeline }) => `${kind} ${pipeline}`).values()].map(
      async (waiters) => {
        const ended = await this.#endedOf(waiters);
        for (const { id, wake } of waiters) if (ended.has(id)) wake();
      },
    );
    for (const look of await Promise.allSettled(looks))
      if (look.status === 'rejected')
        this.#ports.log.warn('What is waited for could not be read.', { error: String(look.reason) });
  }

  /** @param waiters of one kind and pipeline */
  async #endedOf(waiters: readonly Waiter[]): Promise<ReadonlySet<string>> {
    const [first] = waiters;
    if (!first) return new Set();
    const ids = [...new Set(waiters.map(({ id }) => id))];
    if (first.kind === 'run') {
      const runs = await this.#ports.storesOf(first.pipeline).runs.readMany(ids);
      return new Set(runs.flatMap(({ run, status }) => (isFinal(status) ? [run] : [])));
    }
    const tasks = await this.#ports.callsOf(first.pipeline).readMany(ids);
    return new Set(tasks.flatMap(({ id, outcome }) => (outcome ? [id] : [])));
  }
}
