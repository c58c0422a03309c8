import { LINES } from './alphabet.ts';
import type { Context } from './context.ts';
import type { Process } from './processes.ts';
import type { World } from './world.ts';

/** One thing a process can do next; several where an outcome isn't its own choice. */
export interface Step {
  readonly name: string;
  /** It uses up a fault: no quiet continuation may count on it. */
  readonly fault?: boolean;
  /** It may come at any time, and has the line of another step: where a trace has that line, it may be either. */
  readonly atAnyTime?: boolean;
  /** It reads what others write, and no line tells when. */
  readonly peeks?: boolean;
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

/** What a handler answers of its message: it's handled, and deleted. */
export function deleteStep(cx: Context, w: World, p: Process, who: string): Step {
  return {
    name: `${who}: delete message`,
    run: () => {
      for (const message of p.held) cx.say(() => LINES.delete(message));
      end(w, p);
    },
  };
}

/** Or it isn't, and comes back. */
export function putBackStep(cx: Context, w: World, p: Process, who: string): Step {
  return {
    name: `${who}: put back`,
    run: () => {
      for (const message of p.held) cx.say(() => LINES.putBack(message));
      goBack(w, p);
    },
  };
}
