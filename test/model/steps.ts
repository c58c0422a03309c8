import type { Process } from './processes.ts';
import type { World } from './world.ts';

/** One thing a process can do next; several where an outcome isn't its own choice. */
export interface Step {
  readonly name: string;
  /** It uses up a fault: no quiet continuation may count on it. */
  readonly fault?: boolean;
  run(): void;
}

/** The invocation is over, its messages deleted or given back by it. */
export function end(w: World, p: Process): void {
  w.procs = w.procs.filter((other) => other !== p);
}

/** Its messages become visible again; a mark or lease stays until its time is up. */
export function goBack(w: World, p: Process): void {
  for (const one of invocationOf(w, p)) {
    if (!one.lapsed) w.queue.push(...one.held);
    end(w, one);
  }
}

/** All that die with it: the messages of its batch. */
export function invocationOf(w: World, p: Process): Process[] {
  return w.procs.filter(({ id }) => id === p.id);
}
