import { TRANSITIONS } from '../../shared/domain/run.ts';
import type { Bug } from './bugs.ts';
import { consumerOf, Context } from './context.ts';
import type { Action, Model } from './explore.ts';
import { faults, timePasses } from './faults.ts';
import type { Process } from './processes.ts';
import { closerSteps, giverUpSteps } from './protocol-close.ts';
import { aggregatorSteps, finisherSteps } from './protocol-reduce.ts';
import { forwarderSteps } from './protocol-send.ts';
import { splitterSteps, starterSteps } from './protocol-split.ts';
import { sweeperSteps, sweeps } from './protocol-sweep.ts';
import { broken } from './safety.ts';
import { deliver, spawnCloser, spawnStarter } from './spawn.ts';
import type { Step } from './steps.ts';
import type { Level, World } from './world.ts';

/** The model of one level, started from `initial`; `finished` says what its quiet continuations must reach. */
export function modelOf(
  level: Level,
  initial: (cx: Context) => World[],
  finished: (w: World, cx: Context) => boolean,
  bug: Bug | null = null,
): Model<World> {
  const cx = new Context(level, bug);
  return {
    initial: initial(cx),
    actions: (w) => actions(cx, w),
    canonical,
    broken: (w) => broken(cx, w),
    finished: (w) => finished(w, cx),
  };
}

function actions(cx: Context, w: World): Action[] {
  const all: Action[] = [];
  const add = (who: string, quiet: boolean, steps: readonly Step[]) => {
    for (const { name, run } of steps) all.push({ name, who, quiet, run });
  };
  for (const p of w.procs) add(`${p.kind} ${p.id}${p.held.length > 0 ? ` <${p.held.join(' ')}>` : ''}`, true, stepsOf(cx, w, p));
  add('queue', true, deliveries(cx, w));
  add('time', true, timePasses(w));
  add('fault', false, faults(cx, w));
  if (cx.level.sweeper && cx.bug !== 'no sweeper') {
    const still = w.procs.length === 0 && !w.queue.some((message) => cx.level.workers[consumerOf(message)] !== undefined);
    if (still) add('sweeper', true, sweeps(cx, w));
    else if (w.left.sweep > 0 && !w.procs.some(({ kind }) => kind === 'sweep')) {
      add(
        'hasty sweeper',
        false,
        sweeps(cx, w).map(({ name, run }) => ({
          name,
          run: () => {
            w.left.sweep--;
            run();
          },
        })),
      );
    }
  }
  requests(cx, w, add);
  return all;
}

/** What is asked from outside: start, close, pause, resume. */
function requests(cx: Context, w: World, add: (who: string, quiet: boolean, steps: readonly Step[]) => void): void {
  const { left, run } = w;
  if (left.start > 0) {
    const starts = cx.level.plans.map((plan) => ({
      name: 'request: start',
      run: () => {
        left.start--;
        spawnStarter(w, plan);
      },
    }));
    // The first start is a certainty; a repeated one is not.
    add('caller', run.status === 'none' && w.procs.length === 0, starts);
  }
  if (left.close > 0 && run.status !== 'none') {
    const close = () => {
      left.close--;
      spawnCloser(w, 'cancelled');
    };
    add('caller', false, [{ name: 'request: cancel', run: close }]);
  }
  if (left.pause > 0 && TRANSITIONS.pause.from.some((status) => status === run.status)) {
    const pause = () => {
      left.pause--;
      run.status = 'paused';
    };
    add('caller', false, [{ name: 'request: pause', run: pause }]);
  }
  if (run.status === 'paused') {
    const resume = () => {
      run.status = 'splitting';
    };
    add('caller', true, [{ name: 'request: resume', run: resume }]);
  }
}

function deliveries(cx: Context, w: World): Step[] {
  const steps: Step[] = [];
  const alive = (kind: Process['kind']) => w.procs.filter((p) => p.kind === kind).length;
  for (const [i, message] of w.queue.entries()) {
    if (message === w.queue[i - 1] || message.endsWith(':d')) continue;
    const kind = consumerOf(message);
    if (alive(kind) >= (cx.level.workers[kind] ?? 0)) continue;
    const variants = kind === 'split' ? (cx.level.sources[Number(message.slice(2))]?.length ?? 1) : 1;
    for (let variant = 0; variant < variants; variant++) {
      steps.push({ name: `deliver to ${kind}`, run: () => deliver(w, [message], variant) });
    }
    if (kind !== 'forward' || cx.level.batch < 2) continue;
    for (const [j, other] of w.queue.entries()) {
      if (j !== i && consumerOf(other) === 'forward' && !other.endsWith(':d')) {
        steps.push({ name: 'deliver a batch', run: () => deliver(w, [message, other], 0) });
      }
    }
  }
  return steps;
}

function stepsOf(cx: Context, w: World, p: Process): Step[] {
  switch (p.kind) {
    case 'start':
      return starterSteps(cx, w, p);
    case 'split':
      return splitterSteps(cx, w, p);
    case 'forward':
      return forwarderSteps(cx, w, p);
    case 'aggregate':
      return aggregatorSteps(cx, w, p);
    case 'finish':
      return finisherSteps(cx, w, p);
    case 'close':
      return closerSteps(cx, w, p);
    case 'dead':
      return giverUpSteps(cx, w, p);
    case 'sweep':
      return sweeperSteps(cx, w, p);
  }
}

function canonical(w: World): void {
  w.queue.sort();
  w.procs.sort((a, b) => a.id - b.id);
  w.segments = sorted(w.segments);
  w.blocks = sorted(w.blocks);
  for (const block of Object.values(w.blocks)) block.registers = sorted(block.registers);
  for (const slice of w.slices) slice.chain = sorted(slice.chain);
  w.ghost.calls = sorted(w.ghost.calls);
  w.ghost.deaths = sorted(w.ghost.deaths);
}

function sorted<T>(record: Record<string, T>): Record<string, T> {
  const keys = Object.keys(record);
  if (keys.every((key, i) => i === 0 || (keys[i - 1] ?? '') < key)) return record;
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
