import type { Actor, Model } from '../explore.ts';
import type { Step } from '../steps.ts';
import { canonical } from './canonical.ts';
import { clone } from './clone.ts';
import { forwardSteps } from './forward.ts';
import { cancel, type Rules } from './item.ts';
import { end, putBack, runOut } from './moves.ts';
import { creationSteps, deadLetterSteps, requestSteps, roundSteps } from './others.ts';
import {
  type Beginning,
  type CallRecord,
  type CallWorld,
  type Entry,
  entryOf,
  type Forward,
  type Message,
  newWorld,
  PHASE,
  type Process,
  spend,
} from './world.ts';

/** A few calls, the processes that work on them, and what may go wrong. */
export type CallScene = Beginning & Omit<Rules, 'bug' | 'variant'>;

export function callModel(scene: CallScene, over: Partial<Pick<Rules, 'bug' | 'variant'>> = {}): Model<CallWorld> {
  const rules: Rules = { bug: null, variant: null, ...scene, ...over };
  return {
    initial: [begin(scene, rules)],
    actors: (w) => actorsOf(w, rules),
    clone,
    canonical,
    broken: (w) => broken(w, rules),
    finished: (w) =>
      w.procs.length === 0 &&
      w.queue.length === 0 &&
      w.clients.length === 0 &&
      w.calls.every(({ outcome, listed }, which) => outcome !== null && listed === null && isTold(w, which)),
  };
}

function begin(scene: CallScene, rules: Rules): CallWorld {
  const w = newWorld(scene);
  if (scene.isCancelled) for (const call of w.calls) cancel(call, rules);
  return w;
}

const isTold = (w: CallWorld, which: number): boolean => w.ghost.of[which]?.told === w.calls[which]?.outcome;

function actorsOf(w: CallWorld, rules: Rules): Actor[] {
  return [
    actor('time', () => w.calls.flatMap((call, which) => timeSteps(w, rules, call, which))),
    actor('rounds', () => w.calls.flatMap((call, which) => beginRound(w, rules, call, which))),
    actor('clients', () => clientSteps(w, rules)),
    ...w.queue.map((message) => actor(`message ${message.pairs.join(' ')}`, () => queueSteps(w, rules, message))),
    ...w.procs.map((p) =>
      actor(p.kind === 'forward' ? `forwarder ${p.id}` : p.kind, () => [...stepsOf(w, rules, p), ...faultSteps(w, p)]),
    ),
  ];
}

function actor(who: string, steps: () => readonly Step[]): Actor {
  return { who: () => who, actions: () => steps().map(({ name, fault, run }) => ({ name, run, quiet: !fault })) };
}

function stepsOf(w: CallWorld, rules: Rules, p: Process): Step[] {
  switch (p.kind) {
    case 'create':
      return creationSteps(w, rules, p);
    case 'round':
      return roundSteps(w, rules, p);
    case 'cancel':
    case 'move':
      return requestSteps(w, rules, p);
    case 'forward':
      return forwardSteps(w, rules, p);
    case 'dead':
      return deadLetterSteps(w, rules, p);
  }
}

/** A due time comes nearer, marks of the dead run out, the index catches up. */
function timeSteps(w: CallWorld, { years, latest }: Rules, call: CallRecord, which: number): Step[] {
  const steps: Step[] = [];
  const entry = entryOf(call);
  const isLookedFor = call.phase < PHASE.due || call.listed === 'sent';
  if (
    call.digest !== null &&
    (call.outcome === null || (call.listed !== null && call.listed !== 'ended')) &&
    isLookedFor
  ) {
    const next = nextPhase(call.phase, years);
    const run = () => {
      const ghost = w.ghost.of[which];
      if (ghost) ghost.wait = Math.max(0, ghost.wait - 1);
      call.phase = next;
    };
    if (next !== call.phase) steps.push({ name: 'time passes', run });
  }
  if (latest && !call.past && call.outcome === null && call.phase >= PHASE.due) {
    steps.push({ name: 'its last moment comes', run: () => (call.past = true) });
  }
  const { mark } = call;
  if (mark && !mark.over && !w.procs.some((p) => p.kind === 'forward' && p.id === mark.by)) {
    steps.push({ name: 'a mark runs out', run: () => runOut(w, which) });
  }
  if (!isSame(w.shown[which] ?? null, entry)) {
    steps.push({ name: 'the index catches up', run: () => (w.shown[which] = entry) });
  }
  return steps;
}

function nextPhase(phase: CallRecord['phase'], years: boolean): CallRecord['phase'] {
  switch (phase) {
    case PHASE.far:
      return years ? PHASE.far : PHASE.near;
    case PHASE.near:
      return PHASE.soon;
    case PHASE.soon:
      return PHASE.due;
    default:
      return PHASE.overdue;
  }
}

const isSame = (a: Entry | null, b: Entry | null): boolean => a?.turn === b?.turn && a?.listed === b?.listed;

/** A round takes an entry whose look time is over. Of one whose message is there it does so in haste only. */
function beginRound(w: CallWorld, { rounds, bug, variant }: Rules, call: CallRecord, which: number): Step[] {
  const entry = w.shown[which];
  if (!entry || w.procs.filter(({ kind }) => kind === 'round').length >= rounds) return [];
  const isVoid = call.outcome === null && entry.turn !== call.turn && variant !== 'raised whatever its turn';
  if (isVoid || !isOver(entry, call, bug)) return [];
  const isQuiet = call.outcome !== null || entry.listed === 'unsent' || !isUnderWay(w, call, which);
  if (!isQuiet && !w.left.haste) return [];
  const run = () => {
    if (!isQuiet) spend(w, 'haste');
    w.procs.push({ kind: 'round', at: 'raise', call: which, turn: entry.turn });
  };
  return [{ name: isQuiet ? 'a round finds it' : 'a round finds it in haste', fault: !isQuiet, run }];
}

function isOver({ listed }: Entry, { phase }: CallRecord, bug: Rules['bug']): boolean {
  if (listed === 'ended') return true;
  if (listed === 'sent') return phase === PHASE.overdue && bug !== 'rounds know no sent call';
  return bug === 'a minute done' ? phase === PHASE.soon : phase >= PHASE.soon;
}

/** Its message is there, in somebody's hands, or about to be sent. */
function isUnderWay(w: CallWorld, { turn }: CallRecord, which: number): boolean {
  const has = ({ pairs }: Message) => pairs.some(([call, of]) => call === which && of === turn);
  return (
    w.queue.some(has) ||
    w.procs.some((p) => {
      if ('message' in p) return has(p.message) || (p.at === 'send' && p.now?.[0] === which);
      return p.at === 'send' && (p.kind === 'round' ? p.call === which : which === 0);
    })
  );
}

function clientSteps(w: CallWorld, { bug }: Rules): Step[] {
  const steps: Step[] = [];
  for (const digest of new Set(w.clients)) {
    const run = () => {
      w.clients.splice(w.clients.indexOf(digest), 1);
      w.procs.push({ kind: 'create', at: 'put', digest, turn: 0 });
    };
    steps.push({ name: 'a client creates it', run });
  }
  for (const kind of ['cancel', 'move'] as const) {
    if (!w.left[kind] || w.calls[0]?.digest === null || w.procs.some((p) => p.kind === kind)) continue;
    const run = () => {
      spend(w, kind);
      w.procs.push({ kind, at: bug === 'cancel reads, then writes' ? 'read' : 'write', turn: 0 });
    };
    steps.push({ name: `a client asks: ${kind}`, fault: true, run });
  }
  return steps;
}

function queueSteps(w: CallWorld, { forwarders }: Rules, message: Message): Step[] {
  const steps: Step[] = [];
  const take = () => {
    w.queue.splice(w.queue.indexOf(message), 1);
    return { message, deleted: false, now: null, todo: [...message.pairs] };
  };
  const working = w.procs.filter((p) => p.kind === 'forward');
  if (working.length < forwarders) {
    const run = () => {
      const known = new Set([...working.map(({ id }) => id), ...w.calls.map(({ mark }) => mark?.by)]);
      let id = 0;
      while (known.has(id)) id++;
      const fresh = { claimed: [], trying: false, answer: null, alone: [], rest: [], late: false };
      w.procs.push({ kind: 'forward', at: 'claim', id, ...take(), ...fresh });
    };
    steps.push({ name: 'a forwarder takes it', run });
  }
  const fault = (what: 'duplicate' | 'loss' | 'dead', run: () => void) => {
    if (!w.left[what]) return;
    const spent = () => {
      spend(w, what);
      run();
    };
    steps.push({ name: `fault: ${what}`, fault: true, run: spent });
  };
  fault('duplicate', () => w.queue.push({ copy: message.copy, pairs: [...message.pairs] }));
  fault('loss', take);
  fault('dead', () => w.procs.push({ kind: 'dead', at: 'give up', ...take() }));
  return steps;
}

function faultSteps(w: CallWorld, p: Process): Step[] {
  const steps: Step[] = [];
  if (w.left.crash) steps.push({ name: `crash: ${p.kind} before ${p.at}`, fault: true, run: () => die(w, p) });
  if (p.kind === 'forward' && w.left.dawdle && !p.late && !p.trying) {
    steps.push({ name: 'a forwarder dawdles', fault: true, run: () => dawdle(w, p) });
  }
  return steps;
}

function die(w: CallWorld, p: Process): void {
  spend(w, 'crash');
  w.ghost.crashes += 1;
  if ('message' in p) putBack(w, p);
  else end(w, p);
  if ((p.kind !== 'create' && p.kind !== 'cancel') || !w.left.again) return;
  spend(w, 'again');
  if (p.kind === 'create') w.clients.push(p.digest);
  else w.procs.push({ kind: 'cancel', at: 'write', turn: 0 });
}

/** Its message comes back, its marks run out, and it goes on all the same. */
function dawdle(w: CallWorld, p: Forward): void {
  spend(w, 'dawdle');
  w.ghost.crashes += 1;
  if (!p.deleted) w.queue.push({ copy: p.message.copy, pairs: [...p.message.pairs] });
  p.late = true;
  for (const [which, { mark }] of w.calls.entries()) if (mark?.by === p.id) runOut(w, which);
}

/** What must not be, in any state. */
function broken({ calls, procs, ghost }: CallWorld, { killers }: Rules): string | null {
  if (ghost.wrong !== null) return ghost.wrong;
  for (const [which, { outcome }] of calls.entries()) {
    const { told, cancelled } = ghost.of[which] ?? { told: null, cancelled: false };
    if (told !== null && told !== outcome) return `told ${told}, stored ${outcome}`;
    if (cancelled && outcome !== 'cancelled') return 'a confirmed cancel was overwritten';
    const isTried = procs.some((p) => p.kind === 'forward' && p.trying && p.claimed.some(([call]) => call === which));
    if (outcome !== null && isTried) return 'an outcome was stored beside a try';
    if (outcome === 'poison' && !killers.includes(which) && ghost.crashes < 2) return `${which} is no poison`;
  }
  const most = 3 * killers.length + ghost.crashes;
  return ghost.kills > most ? `${ghost.kills} forwarders died, of at most ${most}` : null;
}
