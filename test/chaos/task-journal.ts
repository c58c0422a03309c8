import * as z from 'zod';
import type { Call } from '../../shared/domain/call.ts';
import type { SimulatedProcess } from '../../testing/faults.ts';
import type { Observer } from '../../testing/pipeline-world-options.ts';
import { add } from './journal.ts';

/** What a client was told of its task, and what the service saw of it. */
class TaskRecord {
  /** No call may come earlier: the earliest time that it was created for, or moved to, or is being moved to. */
  notBefore = Number.POSITIVE_INFINITY;
  isConfirmed = false;
  isCancelled = false;
  cancelAsked = false;
  hasLatest = false;
  /** Process whose call of it is open. */
  open: SimulatedProcess | null = null;
  calls = 0;
  succeeded = false;
  failures = 0;
  /** Claims that were stored, and those that were settled or given back. */
  claims = 0;
  settled = 0;
  /** Its outcome was stored. */
  hasEnded = false;
}

const call = z.object({ id: z.string() });
const claimed = call.nullable();
const settlement = z.object({ outcome: z.object({}).optional() });

/** What happened to the tasks of a world, seen from outside: by clients and the service, and by what took effect in the store. */
export class TaskJournal {
  readonly twice = new Set<string>();
  readonly early = new Set<string>();
  readonly firedAfterCancel = new Set<string>();
  readonly counts = new Map<'calls' | 'died' | 'cancels' | 'moves' | 'refused' | 'messages lost', number>();
  readonly #tasks = new Map<string, TaskRecord>();

  of(id: string): TaskRecord {
    const known = this.#tasks.get(id) ?? new TaskRecord();
    this.#tasks.set(id, known);
    return known;
  }

  get tasks(): ReadonlyMap<string, TaskRecord> {
    return this.#tasks;
  }

  /** The service gets a call. Another one may come only after one that failed, was given back, or died with its function. */
  called(id: string, process: SimulatedProcess, now: number): void {
    const task = this.of(id);
    add(this.counts, 'calls');
    if (task.isCancelled) this.firedAfterCancel.add(id);
    if (now < task.notBefore) this.early.add(id);
    if (task.hasEnded || (task.open && !task.open.isDead)) this.twice.add(id);
    task.open = process;
  }

  /** A client is told that it is cancelled: no call of it may be open. */
  cancelled(id: string): void {
    const task = this.of(id);
    task.isCancelled = true;
    if (task.open && !task.open.isDead) this.firedAfterCancel.add(id);
  }

  /** Looks on at what takes effect in the store of calls. */
  readonly watch: NonNullable<Observer['calls']> = {
    began: () => undefined,
    took: ({ port, method }, [first, second], answer) => {
      if (port !== 'calls') return;
      if (method === 'claim' || method === 'claimAlone') {
        const made = claimed.parse(answer);
        if (made) this.of(made.id).claims += 1;
      } else if (method === 'release' && typeof first === 'string') this.#settled(first, false);
      else if (method === 'settle' && answer === true)
        this.#settled(call.parse(first).id, settlement.parse(second).outcome !== undefined);
      else if (method === 'end' && answer === true) this.of(call.parse(first).id).hasEnded = true;
    },
    failed: ({ port, method, process }) => {
      if (port !== 'calls' || method !== 'release') return;
      // Nothing was given back: the mark's end lets go of them.
      for (const task of this.#tasks.values()) if (task.open?.name === process) task.open = null;
    },
  };

  #settled(id: string, hasEnded: boolean): void {
    const task = this.of(id);
    task.open = null;
    task.settled += 1;
    if (hasEnded) task.hasEnded = true;
  }

  /** What is wrong with how a task ended; null where nothing is. */
  wrongWith(id: string, stored: Call | null, attempts: number): string | null {
    const task = this.of(id);
    const { outcome } = stored ?? { outcome: null };
    if (!outcome) return task.isConfirmed || stored ? 'has not ended' : null;
    const { status, reason, result } = outcome;
    const isRight = {
      SUCCEEDED: task.succeeded && result === id,
      FAILED: reason === 'poison' ? task.claims - task.settled >= 3 : task.failures >= attempts,
      CANCELLED: task.cancelAsked,
      EXPIRED: task.hasLatest,
    }[status];
    if (stored?.calls === 0 && task.calls > 0) return 'counts no call, though its service got one';
    if (task.isCancelled && status !== 'CANCELLED') return `was cancelled, and is ${status}`;
    return isRight ? null : `ended as ${status}, ${reason}, of which nobody knows why`;
  }
}
