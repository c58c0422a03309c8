import type { Clock } from '../ports/clock.ts';
import { NO_PROGRESS, type Progress, type ProgressStore } from '../ports/progress-store.ts';

const EVERY_MS = 1_000;
/** What is counted waits at least so long for more, unless the caller writes it. */
const GATHER_MS = 500;

interface Pending {
  delta: Progress;
  readonly ttl: number;
  /** How often calls were repeated, by reason code. */
  readonly reasons: Map<string, number>;
}

/**
 * Gathers a function's counts and writes them at most once a second. They are for displays alone: what dies with the
 * process is missed by a progress bar and by nothing else.
 */
export class ProgressMeter {
  readonly #store: ProgressStore;
  readonly #clock: Clock;
  readonly #shard: string;
  readonly #pending = new Map<string, Pending>();
  #lastFlush = Number.NEGATIVE_INFINITY;
  #stopTimer: (() => void) | null = null;

  constructor(store: ProgressStore, clock: Clock, shard: string) {
    this.#store = store;
    this.#clock = clock;
    this.#shard = shard;
  }

  /** Counts, and sees to it that what is counted is written within a second while the process lives. */
  add(run: string, ttl: number, delta: Partial<Progress>): void {
    const known = this.#pending.get(run);
    const { succeeded, failed, retried, waiting = 0, ...before } = known?.delta ?? NO_PROGRESS;
    const reasons = known?.reasons ?? new Map<string, number>();
    if (delta.retriedFor !== undefined)
      reasons.set(delta.retriedFor, (reasons.get(delta.retriedFor) ?? 0) + (delta.retried ?? 0));
    const retriedFor = mostOf(reasons);
    const calledMs = (before.calledMs ?? 0) + (delta.calledMs ?? 0);
    const pressed = (before.pressed ?? 0) + (delta.pressed ?? 0);
    this.#pending.set(run, {
      ttl,
      reasons,
      delta: {
        succeeded: succeeded + (delta.succeeded ?? 0),
        failed: failed + (delta.failed ?? 0),
        retried: retried + (delta.retried ?? 0),
        ...(retriedFor !== undefined && { retriedFor }),
        waiting: waiting + (delta.waiting ?? 0),
        ...(calledMs > 0 && { calledMs }),
        ...(pressed > 0 && { pressed }),
      },
    });
    this.#stopTimer ??= this.#clock.after(Math.max(GATHER_MS, this.#dueIn()), () => void this.#write());
  }

  /** Writes what is due; a failure only delays the display. */
  async flush(): Promise<void> {
    if (this.#dueIn() <= 0) await this.#write();
  }

  /**
   * Writes what is due before the process stands still, and what a display would else miss for long: children that were left for later,
   * as nothing may be counted here before they are called again.
   */
  async settle(): Promise<void> {
    const isLeftForLater = [...this.#pending.values()].some(({ delta }) => delta.retried > 0 || delta.waiting);
    if (isLeftForLater) await this.#write();
    else await this.flush();
  }

  #dueIn(): number {
    return this.#lastFlush + EVERY_MS - this.#clock.now();
  }

  async #write(): Promise<void> {
    this.#stopTimer?.();
    this.#stopTimer = null;
    if (this.#pending.size === 0) return;
    const now = this.#clock.now();
    this.#lastFlush = now;
    const pending = [...this.#pending];
    this.#pending.clear();
    await Promise.allSettled(
      pending.map(([run, { delta, ttl }]) => this.#store.bump(run, this.#shard, delta, now, ttl)),
    );
  }
}

/** The one there is most of. */
function mostOf(reasons: ReadonlyMap<string, number>): string | undefined {
  return [...reasons].reduce<readonly [string | undefined, number]>(
    (most, each) => (each[1] > most[1] ? each : most),
    [undefined, 0],
  )[0];
}
