import type { Bug } from '../bugs.ts';
import { clone } from '../clone.ts';
import { Context } from '../context.ts';
import { expiries } from '../expiring.ts';
import { failures } from '../failing.ts';
import { lapses, timePasses, toDeadLetters } from '../faults.ts';
import { received, unreceived, visible } from '../messages.ts';
import { stepsOf } from '../model.ts';
import type { Process } from '../processes.ts';
import { judge, sweeps } from '../protocol-sweep.ts';
import { broken } from '../safety.ts';
import { deliver, spawnCloser, spawnStarter } from '../spawn.ts';
import { goBack, type Step } from '../steps.ts';
import type { Level, World } from '../world.ts';
import { showEvent, type Trace, type TraceEvent } from './trace.ts';

/** What the model makes of a trace. */
export type Verdict =
  | { readonly accepted: true; readonly steps: ReadonlySet<string> }
  | { readonly accepted: false; readonly at: number; readonly why: string };

/** A state that the model may be in, and which of its processes are which of the trace's invocations. */
interface State {
  readonly w: World;
  readonly bound: Readonly<Record<string, readonly number[]>>;
  /** Messages of invocations that have done nothing yet: until then nothing tells them from queued ones. */
  readonly waiting: Readonly<Record<string, readonly string[]>>;
  /** Names of the steps that led here; null for the first. */
  readonly by: Taken | null;
}
interface Taken {
  readonly name: string;
  readonly before: Taken | null;
}

/** More states than this at once mean that the lines say too little. */
const MOST_STATES = 3_000;
/** Steps without a line that may come before one with a line: by a consumer, and by who may begin anything at any time. */
const MOST_SILENT = { consumer: 8, walker: 2 } as const;

/**
 * Replays a trace: the protocol's own steps, those that the explorer explores, as a nondeterministic automaton. Each recorded
 * call has to be a step that the model's process may take then, with the same line, which holds arguments and answer.
 */
export function accept(level: Level, initial: (cx: Context) => World, trace: Trace, bug: Bug | null = null): Verdict {
  return new Acceptor(new Context(level, bug), trace).accept(initial);
}

class Acceptor {
  readonly #cx: Context;
  readonly #trace: Trace;
  /** Messages that were ever there: the queue may hand out a copy of one at any time, as it may have made one then. */
  readonly #sent = new Set<string>();
  /** Invocations of which a call failed, so that they may have failed. */
  readonly #hurt = new Set<string>();

  constructor(cx: Context, trace: Trace) {
    this.#cx = cx;
    this.#trace = trace;
  }

  accept(initial: (cx: Context) => World): Verdict {
    let states: State[] = [{ w: initial(this.#cx), bound: {}, waiting: {}, by: null }];
    for (const [at, event] of this.#trace.entries()) {
      const next = unique(states.flatMap((state) => this.#behind(state, event)));
      if (next.length === 0) return { accepted: false, at, why: this.#explain(states, event) };
      if (next.length > MOST_STATES) throw new RangeError(`Event ${at} leaves ${next.length} states.`);
      const wrong = next.map(({ w }) => broken(this.#cx, w)).find((what) => what !== null);
      if (wrong) return { accepted: false, at, why: `${showEvent(event)}: ${wrong}` };
      states = next;
    }
    const steps = new Set<string>();
    for (let taken = states[0]?.by ?? null; taken; taken = taken.before) steps.add(taken.name);
    return { accepted: true, steps };
  }

  #behind(state: State, event: TraceEvent): State[] {
    switch (event.kind) {
      case 'begin': {
        for (const message of event.messages) this.#sent.add(message);
        const waiting = { ...state, waiting: { ...state.waiting, [event.who]: event.messages } };
        // A splitter reads RUN first: now, or when time has passed.
        const delivered = event.who.startsWith('splitter') ? this.#deliver(waiting, event.who) : null;
        return delivered ? [delivered, waiting] : [waiting];
      }
      case 'hurt':
        this.#hurt.add(event.who);
        return [state];
      case 'died':
        return [this.#die(state, event.who)];
      case 'call':
        return this.#call(state, event);
      case 'end':
        return event.line === '' ? this.#leave(state, event.who) : this.#search(state, event.who, event.line);
    }
  }

  /** Hands an invocation its messages, before the first thing that it does; null where they were never there. */
  #deliver(state: State, who: string): State | null {
    const { [who]: messages, ...waiting } = state.waiting;
    if (messages === undefined) return state;
    const w = clone(state.w);
    const known = new Set(w.procs.map(({ id }) => id));
    const taken: string[] = [];
    for (const message of messages) {
      const isDead = message.startsWith('x');
      const is = (text: string) =>
        isDead ? `x${unreceived(text)}` === message : received(text) === message || text === message;
      const at = w.queue.findIndex((text) => received(visible(text)) === message || (isDead && is(visible(text))));
      const copy = [...this.#sent].find(is);
      const text = at >= 0 ? visible(w.queue[at] ?? '') : copy;
      if (text === undefined) return null;
      if (at >= 0) w.queue.splice(at, 1);
      taken.push(isDead ? toDeadLetters(w, text) : text);
    }
    w.queue.push(...taken);
    deliver(this.#cx, w, taken, 0);
    const ids = w.procs.map(({ id }) => id).filter((id) => !known.has(id));
    return bind({ ...state, w, waiting, by: { name: 'deliver', before: state.by } }, who, [...new Set(ids)]);
  }

  #die(state: State, who: string): State {
    const { [who]: _, ...waiting } = state.waiting;
    const w = clone(state.w);
    for (const p of this.#processes(w, state, who)) if (w.procs.includes(p)) goBack(w, p);
    return bind({ ...state, w, waiting, by: { name: 'crash', before: state.by } }, who, []);
  }

  #call(state: State, { who, line }: { who: string | null; line: string }): State[] {
    if (line.startsWith('send ')) this.#sent.add(visible(line.slice('send '.length)));
    if (who === null) {
      return Object.keys(state.bound)
        .filter((other) => other.startsWith('forwarder'))
        .flatMap((other) => this.#search(state, other, line));
    }
    // A sweeper looks at each run every minute: nothing that it may begin begins with these.
    if (isWalker(who) && !state.bound[who] && /^read (ROOT|checkpoints)/.test(line)) return [state];
    const found = this.#search(state, who, line).flatMap((next) => [next, ...this.#peeks(next, who)]);
    // The sweeper and who starts or closes a run read more than they act by; of reads side by side, one may have failed.
    // A callback reads who is done once more, to complete a block whose filler died.
    const mayBeIdle = (isWalker(who) || isCallback(who) || this.#hurt.has(who)) && line.startsWith('read ');
    return mayBeIdle ? [state, ...found] : found;
  }

  /** Who has no message has ended: nothing that it began may be left to do. */
  #leave(state: State, who: string): State[] {
    const found: State[] = [];
    for (const layer of this.#silently(state, who)) {
      for (const next of layer) if ((next.bound[who] ?? []).length === 0) found.push(next);
      if (found.length > 0) break;
    }
    return found.map((next) => bind(next, who, []));
  }

  /** What is read without a line may be read at once, or later: then it's a step before the next line. */
  #peeks(state: State, who: string): State[] {
    return this.#steps(state, who).flatMap(({ state: next, step }) => (step.peeks ? [next] : []));
  }

  /** Every way to say the line, with as few steps that say nothing before it as there need be. */
  #search(state: State, who: string, line: string): State[] {
    const all: State[] = [];
    for (const layer of this.#silently(state, who)) {
      const found = layer.flatMap((next) => this.#steps(next, who).filter((step) => matches(step.lines, line)));
      all.push(...found.map(({ state: next }) => next));
      // A sweeper that reads a block looks at it, or at its waits, which takes it more steps.
      const looksOn = isWalker(who) && this.#cx.level.callbacks;
      if (found.some(({ step }) => !step.atAnyTime) && !looksOn) break;
    }
    return all;
  }

  /** States by the number of steps without a line that lead there. */
  *#silently(before: State, who: string): Generator<State[]> {
    const state = this.#deliver(before, who);
    if (state === null) return;
    let layer = [state];
    const known = new Set([keyOf(state)]);
    const most = isWalker(who) ? MOST_SILENT.walker : MOST_SILENT.consumer;
    for (let depth = 0; depth <= most && layer.length > 0; depth++) {
      yield layer;
      const silent = layer.flatMap((next) => this.#steps(next, who).filter(({ lines }) => lines.length === 0));
      layer = silent.flatMap(({ state: next }) => {
        const key = keyOf(next);
        if (known.has(key)) return [];
        known.add(key);
        return [next];
      });
    }
  }

  #steps(state: State, who: string): { state: State; step: Step; lines: readonly string[] }[] {
    const count = this.#offered(state.w, state, who).length;
    return Array.from({ length: count }, (_, i) => i).flatMap((i) => {
      const w = clone(state.w);
      const known = new Set(w.procs.map(({ id }) => id));
      const step = this.#offered(w, state, who)[i];
      if (!step) return [];
      const lines: string[] = [];
      this.#cx.heard = lines;
      step.run();
      this.#cx.heard = null;
      const born = w.procs.map(({ id }) => id).filter((id) => !known.has(id));
      const alive = new Set(w.procs.map(({ id }) => id));
      const ids = [...(state.bound[who] ?? []).filter((id) => alive.has(id)), ...born];
      const by = { name: step.name, before: state.by };
      return [{ state: bind({ ...state, w, by }, who, ids), step, lines: lines.sort() }];
    });
  }

  /** What an invocation can do next, and what time can. */
  #offered(w: World, state: State, who: string): Step[] {
    const cx = this.#cx;
    const mine = this.#processes(w, state, who);
    const steps = mine.flatMap((p) => stepsOf(cx, w, p));
    if (this.#hurt.has(who)) {
      for (const p of mine) for (const { run } of failures(w, p)) steps.push({ name: `fail: ${p.kind}`, run });
    }
    // Resuming a run does what the sweeper does where it stands still.
    if (isWalker(who)) steps.push(...sweeps(cx, w), ...judge(cx, w));
    if (who.startsWith('sweeper') && cx.level.callbacks) steps.push(...expiries(w));
    if (isCallback(who) && mine.length === 0) steps.push(...words(cx, w));
    if (isWalker(who) && mine.length === 0) {
      const reasons = who.startsWith('sweeper') ? (['expired', 'canary-failed'] as const) : (['cancelled'] as const);
      for (const reason of reasons) steps.push({ name: 'request: close', run: () => spawnCloser(w, reason) });
    }
    if (who.startsWith('control') && mine.length === 0) {
      for (const plan of cx.level.plans) steps.push({ name: 'request: start', run: () => spawnStarter(w, plan) });
    }
    return [...steps, ...timePasses(cx, w), ...lapses(w)];
  }

  #processes(w: World, { bound }: Pick<State, 'bound'>, who: string): Process[] {
    const ids = bound[who] ?? [];
    return w.procs.filter(({ id }) => ids.includes(id));
  }

  #explain(states: readonly State[], event: TraceEvent): string {
    const whos = event.kind === 'call' && event.who === null ? Object.keys(states[0]?.bound ?? {}) : [event.who ?? ''];
    const could = new Set<string>();
    for (const state of states.slice(0, 20)) {
      for (const who of whos) {
        for (const layer of this.#silently(state, who)) {
          for (const next of layer) for (const { lines } of this.#steps(next, who)) could.add(lines.join('; '));
        }
      }
    }
    could.delete('');
    return `${showEvent(event)}\n  the model: ${[...could].join('\n         or: ') || 'nothing'}`;
  }
}

/** What a service may say now: which word of which call a callback is, its first line tells. */
function words(cx: Context, w: World): Step[] {
  const said = [...new Set(w.queue.filter((message) => message.startsWith('c:')))];
  return said.map((message) => ({
    name: 'deliver',
    run: () => {
      deliver(cx, w, [message], 0);
    },
  }));
}

const isCallback = (who: string): boolean => who.startsWith('callback');
const isWalker = (who: string): boolean => who.startsWith('sweeper') || who.startsWith('control');

/** A forwarder that died while it called says no answer. */
function matches(lines: readonly string[], line: string): boolean {
  const said = lines.join('; ');
  if (said === '') return false;
  return line.endsWith(': ?') ? said.startsWith(line.slice(0, -1)) : said === line;
}

function bind(state: State, who: string, ids: readonly number[]): State {
  const { [who]: _, ...others } = state.bound;
  return { ...state, bound: ids.length > 0 ? { ...others, [who]: ids } : others };
}

const keyOf = ({ w, bound, waiting }: State): string => JSON.stringify([w, bound, waiting]);

function unique(states: readonly State[]): State[] {
  return [...new Map(states.map((state) => [keyOf(state), state])).values()];
}
