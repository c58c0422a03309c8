import type { Caller } from '../../shared/ports/caller.ts';
import type { SimulatedProcess } from '../../testing/faults.ts';
import type { VirtualClock } from '../../testing/virtual-clock.ts';
import { answers, type Behaviour, draw, fails } from './service.ts';
import type { TaskJournal } from './task-journal.ts';

/** Tasks of which each call kills the function that makes it. */
const KILLERS = 0.01;
/** Calls that kill it by chance, and those that fail. */
const DEATHS = 0.03;
const FAILURES = 0.15;

const number = (id: string) => Number(id.slice(id.lastIndexOf('-') + 1));

/** What becomes of a task's n-th call (1 …). */
function behaviourOf(seed: number, id: string, nth: number): Behaviour {
  const i = number(id);
  const ms = Math.floor(10 + 400 * draw(seed, i, 2 * nth) ** 3);
  if (draw(seed, i, 9_000) < KILLERS) return { kind: 'kill', ms };
  const drawn = draw(seed, i, 2 * nth + 1);
  if (drawn < DEATHS) return { kind: 'kill', ms };
  if (drawn < DEATHS + FAILURES) {
    const way = (drawn - DEATHS) / FAILURES;
    if (way < 0.2) return fails('timeout', 5_000);
    if (way < 0.4) return fails('connection-reset');
    return answers(i, { httpStatus: way < 0.7 ? 500 : 429, body: '', ms });
  }
  return answers(i, { body: JSON.stringify(id), ms });
}

/** Calls a service that goes wrong, and writes down what it was asked. */
export function taskCaller(of: {
  readonly seed: number;
  readonly journal: TaskJournal;
  readonly process: SimulatedProcess;
  readonly clock: VirtualClock;
}): Caller {
  const { seed, journal, process, clock } = of;
  return {
    async call({ child: id }) {
      process.check();
      const task = journal.of(id);
      task.calls += 1;
      journal.called(id, process, clock.now());
      const behaviour = behaviourOf(seed, id, task.calls);
      if (behaviour.kind === 'hang') throw new TypeError('No task hangs.');
      await process.waitFor(clock.sleep(behaviour.kind === 'kill' ? behaviour.ms : behaviour.result.ms));
      if (behaviour.kind === 'kill') process.kill(`of task ${id}`);
      process.check();
      if (behaviour.kind === 'kill') return process.waitFor(new Promise(() => {}));
      const { result } = behaviour;
      if (result.kind === 'answer' && result.httpStatus === 200) task.succeeded = true;
      else task.failures += 1;
      return result;
    },
    async close() {},
  };
}
