import { TRANSITIONS } from '../../shared/domain/run.ts';
import type { Bug } from './bugs.ts';
import { callbackSteps } from './calling-back.ts';
import { clone } from './clone.ts';
import { Context, consumerOf } from './context.ts';
import { expirerSteps, expiries } from './expiring.ts';
import type { Actor, Model } from './explore.ts';
import { faults, timePasses } from './faults.ts';
import { isHidden } from './messages.ts';
import type { Process } from './processes.ts';
import { closerSteps } from './protocol-close.ts';
import { storerSteps } from './protocol-early.ts';
import { giverUpSteps } from './protocol-give-up.ts';
import { aggregatorSteps, finisherSteps } from './protocol-reduce.ts';
import { forwarderSteps } from './protocol-send.ts';
import { splitterSteps } from './protocol-split.ts';
import { starterSteps } from './protocol-start.ts';
import { judge, sendAgain, sweeperSteps, sweeps } from './protocol-sweep.ts';
import { broken } from './safety.ts';
import { deliver, spawnCloser, spawnStarter } from './spawn.ts';
import type { Step } from './steps.ts';
import { type Level, may, moveTo, spend, type World } from './world.ts';

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
    actors: (w) => actors(cx, w),
    clone,
    canonical,
    broken: (w) => broken(cx, w),
    finished: (w) => finished(w, cx),
  };
}

function actors(cx: Context, w: World): Actor[] {
  const actor = (who: () => string, quiet: boolean, steps: () => readonly Step[]): Actor => ({
    who,
    actions: () => steps().map(({ name, fault, run }) => ({ name, run, quiet: quiet && !fault })),
  });
  const all = w.procs.map((p) =>
    actor(
      () => `${p.kind} ${p.id}${p.held.length > 0 ? ` <${p.held.join(' ')}>` : ''}`,
      true,
      () => stepsOf(cx, w, p),
    ),
  );
  const add = (who: string, quiet: boolean, steps: () => readonly Step[]) => all.push(actor(() => who, quiet, steps));
  add('queue', true, () => deliveries(cx, w));
  add('time', true, () => timePasses(cx, w));
  add('fault', false, () => faults(cx, w));
  if (cx.level.sweeper && cx.bug !== 'no sweeper') {
    const still =
      w.procs.length === 0 && !w.queue.some((message) => cx.level.workers[consumerOf(message)] !== undefined);
    if (still) add('sweeper', true, () => sweeps(cx, w));
    else if (may(w, 'sweep') && !w.procs.some(({ kind }) => kind === 'sweep')) {
      add('hasty sweeper', false, () =>
        sweeps(cx, w).map(({ name, run }) => ({
          name,
          run: () => {
            spend(w, 'sweep');
            run();
          },
        })),
      );
    }
  }
  if (cx.level.callbacks) add('sweeper', true, () => expiries(w));
  if (cx.level.canary !== null) add('sweeper', true, () => judge(cx, w));
  // The first start is a certainty, repeated by its caller until it was accepted; another one is not.
  add('caller', w.run.status === 'none' && w.procs.length === 0, () => starts(cx, w));
  add('caller', false, () => requests(w));
  if (w.run.status === 'paused') {
    const resume = () => {
      moveTo(w, TRANSITIONS.resume.to);
      sendAgain(cx, w);
    };
    add('caller', true, () => [{ name: 'request: resume', run: resume }]);
  }
  return all;
}

function starts(cx: Context, w: World): Step[] {
  const unheard = w.run.status === 'none' && w.procs.length === 0;
  if (!unheard && !may(w, 'start')) return [];
  return cx.level.plans.map((plan) => ({
    name: 'request: start',
    run: () => {
      if (may(w, 'start')) spend(w, 'start');
      spawnStarter(w, plan);
    },
  }));
}

/** What is asked from outside of a run that is there. */
function requests(w: World): Step[] {
  const { run } = w;
  const steps: Step[] = [];
  if (may(w, 'close') && run.status !== 'none') {
    const close = () => {
      spend(w, 'close');
      spawnCloser(w, 'cancelled');
    };
    steps.push({ name: 'request: cancel', run: close });
  }
  if (may(w, 'deadline') && run.status !== 'none') {
    const pass = () => {
      spend(w, 'deadline');
      run.overdue = true;
    };
    steps.push({ name: 'the deadline comes', run: pass });
  }
  if (may(w, 'pause') && TRANSITIONS.pause.from.some((status) => status === run.status)) {
    const pause = () => {
      spend(w, 'pause');
      moveTo(w, TRANSITIONS.pause.to);
    };
    steps.push({ name: 'request: pause', run: pause });
  }
  return steps;
}

function deliveries(cx: Context, w: World): Step[] {
  const steps: Step[] = [];
  const alive = (kind: Process['kind']) => new Set(w.procs.filter((p) => p.kind === kind).map(({ id }) => id)).size;
  for (const [i, message] of w.queue.entries()) {
    if (message === w.queue[i - 1] || isHidden(message)) continue;
    const kind = consumerOf(message);
    if (alive(kind) >= (cx.level.workers[kind] ?? 0)) continue;
    const variants = kind === 'split' ? (cx.level.sources[Number(message.slice(2))]?.length ?? 1) : 1;
    for (let variant = 0; variant < variants; variant++) {
      steps.push({ name: `deliver to ${kind}`, run: () => deliver(cx, w, [message], variant) });
    }
    if (kind !== 'forward' || cx.level.batch < 2) continue;
    for (const [j, other] of w.queue.entries()) {
      if (j !== i && consumerOf(other) === 'forward' && !isHidden(other)) {
        steps.push({ name: 'deliver a batch', run: () => deliver(cx, w, [message, other], 0) });
      }
    }
  }
  return steps;
}

/** What a process may do next. */
export function stepsOf(cx: Context, w: World, p: Process): Step[] {
  switch (p.kind) {
    case 'start':
      return starterSteps(cx, w, p);
    case 'split':
      return splitterSteps(cx, w, p);
    case 'forward':
      return forwarderSteps(cx, w, p);
    case 'store':
      return storerSteps(cx, w, p);
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
    case 'callback':
      return callbackSteps(cx, w, p);
    case 'expire':
      return expirerSteps(cx, w, p);
  }
}

function canonical(w: World): void {
  if (!may(w, 'stale')) {
    // Nobody will ask any more.
    w.run.was = null;
    for (const slice of w.slices) slice.was = null;
  }
  w.queue.sort();
  renumber(w);
  w.segments = sorted(w.segments);
  w.blocks = sorted(w.blocks);
  for (const block of Object.values(w.blocks)) block.registers = sorted(block.registers);
  for (const slice of w.slices) slice.chain = sorted(slice.chain);
  w.ghost.calls = sorted(w.ghost.calls);
  w.ghost.halvings = sorted(w.ghost.halvings);
  w.ghost.deaths = sorted(w.ghost.deaths);
}

/** Processes are told apart by what they do, not by their numbers. */
function renumber(w: World): void {
  const marks = Object.values(w.blocks).flatMap(({ registers }) =>
    Object.values(registers).flatMap(({ mark }) => mark ?? []),
  );
  const named = [...marks, ...[w.run, ...w.slices].flatMap(({ lease }) => lease ?? [])];
  if (w.procs.length < 2 && named.length === 0) {
    for (const p of w.procs) p.id = 1;
    return;
  }
  const owned = (id: number) => named.map(({ by }) => (by === id ? 'x' : '-')).join('');
  const ordered = w.procs
    .map((p) => ({ p, old: p.id, text: `${JSON.stringify({ ...p, id: 0 })}${owned(p.id)}` }))
    .sort((a, b) => (a.text < b.text ? -1 : 1));
  const numbers = new Map<number, number>();
  for (const { old } of ordered) if (!numbers.has(old)) numbers.set(old, numbers.size + 1);
  w.procs = ordered.map(({ p }) => p);
  for (const { p, old } of ordered) p.id = numbers.get(old) ?? 0;
  for (const name of named) {
    const number = numbers.get(name.by) ?? numbers.size + 1;
    numbers.set(name.by, number);
    name.by = number;
  }
}

function sorted<T>(record: Record<string, T>): Record<string, T> {
  const keys = Object.keys(record);
  if (keys.every((key, i) => i === 0 || (keys[i - 1] ?? '') < key)) return record;
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
