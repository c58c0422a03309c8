/**
 * A small explicit-state model checker. It visits every state a model can reach, breadth first, so that the trace of what
 * it finds wrong is a shortest one. States are plain JSON: their text is their identity, and each action mutates a
 * copy of its own.
 */

/** One thing that can happen next. */
export interface Action {
  /** Without identities, so that occurrences can be counted. */
  readonly name: string;
  /** True unless it's a fault or a request from outside: what a fair world does by itself. */
  readonly quiet: boolean;
  /** Applies it to the state it was made from. */
  run(): void;
}

/** Who may act in a state. */
export interface Actor {
  /** For traces. */
  who(): string;
  /** What it may do there. */
  actions(): Action[];
}

export interface Model<S> {
  readonly initial: readonly S[];
  /** In the same order for the same state. */
  actors(state: S): readonly Actor[];
  /** A copy of which nothing is shared. */
  clone(state: S): S;
  /** Brings a state that means the same into the same text. */
  canonical(state: S): void;
  /** What is wrong with a state, or null. */
  broken(state: S): string | null;
  finished(state: S): boolean;
}

export interface Failure {
  readonly kind: 'safety' | 'liveness';
  readonly what: string;
  /** Shortest way there: one line per action, then the state it ends in. */
  readonly trace: readonly string[];
}

export interface Exploration {
  readonly states: number;
  readonly transitions: number;
  /** How often each action was taken, by name. */
  readonly reached: ReadonlyMap<string, number>;
  readonly failure: Failure | null;
}

/**
 * Explores all of a model. Liveness: from every state, quiet actions alone can reach a finished one; as every state behind a
 * quiet action is held to the same, a scheduler that is fair to each action reaches it.
 * @throws {RangeError} when there are more than `maxStates` states
 */
export function explore<S>(model: Model<S>, maxStates = 1_000_000): Exploration {
  const texts: string[] = [];
  const known = new Map<string, number>();
  /** The state each was first reached from, and by what. */
  const from: number[] = [];
  const by: string[] = [];
  const quiet: { source: number[]; target: number[] } = { source: [], target: [] };
  const finished: number[] = [];
  const reached = new Map<string, number>();
  let transitions = 0;
  let failure: Failure | null = null;

  const parse = (text: string): S => JSON.parse(text);
  const traceTo = (index: number): string[] => {
    const lines: string[] = [];
    for (let i = index; from[i] !== -1; i = from[i] ?? -1) {
      const [actor, name] = (by[i] ?? '').split('|');
      lines.unshift(`${model.actors(parse(texts[from[i] ?? 0] ?? ''))[Number(actor)]?.who()}: ${name}`);
    }
    return [...lines.map((line, i) => `${i + 1}. ${line}`), `=> ${texts[index]}`];
  };
  const visit = (state: S, source: number, action: string): number => {
    model.canonical(state);
    const text = JSON.stringify(state);
    const seen = known.get(text);
    if (seen !== undefined) return seen;
    const index = texts.push(text) - 1;
    if (index >= maxStates) throw new RangeError(`The model has more than ${maxStates} states.`);
    known.set(text, index);
    from.push(source);
    by.push(action);
    const what = model.broken(state);
    if (what !== null) failure = { kind: 'safety', what, trace: traceTo(index) };
    else if (model.finished(state)) finished.push(index);
    return index;
  };

  for (const state of model.initial) visit(parse(JSON.stringify(state)), -1, '');
  for (let source = 0; source < texts.length && failure === null; source++) {
    const untouched = parse(texts[source] ?? '');
    for (const [actor, { actions }] of model.actors(untouched).entries()) {
      const count = actions().length;
      for (let i = 0; i < count && failure === null; i++) {
        const state = model.clone(untouched);
        const action = model.actors(state)[actor]?.actions()[i];
        if (!action) break;
        action.run();
        transitions++;
        reached.set(action.name, (reached.get(action.name) ?? 0) + 1);
        const target = visit(state, source, `${actor}|${action.name}`);
        if (action.quiet && target !== source) {
          quiet.source.push(source);
          quiet.target.push(target);
        }
      }
    }
  }
  if (failure === null) {
    const stuck = firstStuck(texts.length, quiet, finished);
    if (stuck >= 0) {
      failure = { kind: 'liveness', what: 'no quiet continuation finishes the run', trace: traceTo(stuck) };
    }
  }
  return { states: texts.length, transitions, reached, failure };
}

/** The first state from which no finished one can be reached, or -1: a search backwards over the quiet transitions. */
function firstStuck(states: number, quiet: { source: number[]; target: number[] }, finished: number[]): number {
  const start = new Int32Array(states + 1);
  for (const target of quiet.target) start[target + 1] = (start[target + 1] ?? 0) + 1;
  for (let i = 0; i < states; i++) start[i + 1] = (start[i + 1] ?? 0) + (start[i] ?? 0);
  const next = start.slice();
  const sources = new Int32Array(quiet.source.length);
  for (const [i, target] of quiet.target.entries()) {
    const slot = next[target] ?? 0;
    sources[slot] = quiet.source[i] ?? 0;
    next[target] = slot + 1;
  }
  const live = new Uint8Array(states);
  const todo = [...finished];
  for (const index of todo) live[index] = 1;
  for (let index = todo.pop(); index !== undefined; index = todo.pop()) {
    for (let e = start[index] ?? 0; e < (start[index + 1] ?? 0); e++) {
      const source = sources[e] ?? 0;
      if (live[source] === 1) continue;
      live[source] = 1;
      todo.push(source);
    }
  }
  return live.indexOf(0);
}

/** A failure as text for a test's message. */
export function describeFailure(failure: Failure | null): string {
  return failure === null ? 'nothing wrong' : [`${failure.kind}: ${failure.what}`, ...failure.trace].join('\n');
}
