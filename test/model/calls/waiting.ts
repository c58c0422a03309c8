import type { Actor, Model } from '../explore.ts';
import type { Step } from '../steps.ts';

/**
 * Clients that wait for the outcomes of calls, on two processes of the HTTP API. A process has one poller for all ids that are waited for
 * in it. What tries the calls is cut short: `model.ts` has it.
 */
export interface WaitingWorld {
  /** One per key, as the key is the id. */
  calls: { body: string | null; isKeyStored: boolean; isSent: boolean; tries: number; outcome: string | null }[];
  callers: Caller[];
  /** By process, whom its poller is to answer. */
  listeners: number[][];
  left: Partial<Record<WaitingFault, number>>;
  wrong: string | null;
}

export type WaitingFault = 'death' | 'again' | 'disconnect' | 'cancel';

interface Caller {
  readonly key: number;
  readonly body: string;
  process: number;
  at: 'outside' | 'key' | 'put' | 'send' | 'listen' | 'wait' | 'read' | 'over';
  isGone: boolean;
  /** The outcome was stored when its limit came. */
  isStored: boolean;
}

/** Mistakes that can be planted. */
export const WAITING_BUGS = {
  'key apart from its call': 'the Idempotency-Key is an item of its own, stored before the call',
  'an in-process emitter': 'who waits hears of what is stored by its own process alone',
  'disconnect heard late': 'the close of a connection is listened to once the wait begins',
  'stale last read': 'the read at the limit is an eventually consistent one',
  'one outcome for all': 'the poller answers all that wait with the first outcome it reads',
  'any body': 'a key that is known is answered whatever the body',
} as const;

export type WaitingBug = keyof typeof WAITING_BUGS;

export interface WaitingScene {
  readonly callers: readonly { readonly key: number; readonly body: string }[];
  readonly left: WaitingWorld['left'];
}

export function waitingModel({ callers, left }: WaitingScene, bug: WaitingBug | null = null): Model<WaitingWorld> {
  const keys = new Set(callers.map(({ key }) => key));
  const begin: WaitingWorld = {
    calls: [...keys].map(() => ({ body: null, isKeyStored: false, isSent: false, tries: 0, outcome: null })),
    callers: callers.map((caller) => ({ ...caller, process: 0, at: 'outside', isGone: false, isStored: false })),
    listeners: [[], []],
    left: { ...left },
    wrong: null,
  };
  return {
    initial: [begin],
    actors: (w) => [
      ...w.calls.map((_, key) => actor(`call ${key}`, () => callSteps(w, bug, key))),
      ...w.listeners.map((_, process) => actor(`process ${process}`, () => processSteps(w, bug, process))),
      ...w.callers.map((caller, i) => actor(`caller ${i}`, () => callerSteps(w, bug, caller, i))),
    ],
    clone: (w) => JSON.parse(JSON.stringify(w)),
    canonical: (w) => {
      for (const listening of w.listeners) listening.sort();
    },
    broken,
    finished: ({ calls, callers }) =>
      callers.every(({ at }) => at === 'over') && calls.every(({ isSent, outcome }) => !isSent || outcome !== null),
  };
}

function actor(who: string, steps: () => readonly Step[]): Actor {
  return { who: () => who, actions: () => steps().map(({ name, fault, run }) => ({ name, run, quiet: !fault })) };
}

function broken({ calls, callers, listeners, wrong }: WaitingWorld): string | null {
  if (calls.some(({ tries }) => tries > 1)) return 'a key was tried twice';
  const isLeak = (i: number) => callers[i]?.at !== 'wait' || callers[i]?.isGone;
  return listeners.flat().some(isLeak) ? 'a listener outlives its caller' : wrong;
}

function callSteps(w: WaitingWorld, bug: WaitingBug | null, key: number): Step[] {
  const call = w.calls[key];
  if (!call || call.outcome !== null) return [];
  const steps: Step[] = [];
  if (call.isSent && call.tries === 0) steps.push({ name: 'tried', run: () => (call.tries += 1) });
  const store = () => {
    call.outcome = `succeeded ${key}`;
    if (bug !== 'an in-process emitter') return;
    for (const i of w.listeners[0] ?? []) if (w.callers[i]?.key === key) answer(w, i, call.outcome);
  };
  if (call.tries > 0) steps.push({ name: 'its outcome is stored', run: store });
  if (w.left.cancel && call.body !== null && call.tries === 0) {
    const run = () => {
      spend(w, 'cancel');
      call.outcome = `cancelled ${key}`;
    };
    steps.push({ name: 'cancelled', fault: true, run });
  }
  return steps;
}

function processSteps(w: WaitingWorld, bug: WaitingBug | null, process: number): Step[] {
  const listening = w.listeners[process] ?? [];
  const outcomeFor = (i: number) => w.calls[w.callers[i]?.key ?? 0]?.outcome ?? null;
  const first = listening.map(outcomeFor).find((outcome) => outcome !== null) ?? null;
  const steps: Step[] = [];
  if (first !== null && bug !== 'an in-process emitter') {
    const run = () => {
      for (const i of [...listening]) {
        const outcome = bug === 'one outcome for all' ? first : outcomeFor(i);
        if (outcome !== null) answer(w, i, outcome);
      }
    };
    steps.push({ name: 'poll', run });
  }
  const served = w.callers.filter((one) => one.process === process && one.at !== 'outside' && one.at !== 'over');
  if (w.left.death && served.length > 0) {
    const run = () => {
      spend(w, 'death');
      w.listeners[process] = [];
      for (const caller of served) {
        const isAgain = !caller.isGone && w.left.again;
        caller.at = isAgain ? 'outside' : 'over';
        if (isAgain) spend(w, 'again');
      }
    };
    steps.push({ name: 'dies', fault: true, run });
  }
  return steps;
}

function callerSteps(w: WaitingWorld, bug: WaitingBug | null, caller: Caller, i: number): Step[] {
  const call = w.calls[caller.key];
  if (!call || caller.at === 'over') return [];
  const steps: Step[] = [];
  const step = (name: string, run: () => void) => steps.push({ name, run });
  if (w.left.disconnect && !caller.isGone && caller.at !== 'outside') {
    const run = () => {
      spend(w, 'disconnect');
      caller.isGone = true;
      if (caller.at === 'wait') leave(w, i, 'over');
    };
    steps.push({ name: 'disconnects', fault: true, run });
  }
  switch (caller.at) {
    case 'outside':
      for (const process of w.listeners.keys()) {
        step(`posts to process ${process}`, () => {
          Object.assign(caller, { process, at: bug === 'key apart from its call' ? 'key' : 'put', isStored: false });
        });
      }
      break;
    case 'key':
      step('stores its key', () => {
        caller.at = call.isKeyStored ? 'listen' : 'put';
        call.isKeyStored = true;
      });
      break;
    case 'put':
      step('puts its call if absent', () => {
        call.body ??= caller.body;
        if (call.body !== caller.body && bug !== 'any body') caller.at = 'over';
        else caller.at = call.outcome === null ? 'send' : 'read';
      });
      break;
    case 'send':
      step('sends it', () => {
        call.isSent = true;
        caller.at = 'listen';
      });
      break;
    case 'listen':
      step('listens', () => {
        if (caller.isGone && bug !== 'disconnect heard late') caller.at = 'over';
        else {
          caller.at = 'wait';
          w.listeners[caller.process]?.push(i);
        }
      });
      break;
    case 'wait':
      step('its limit comes', () => {
        caller.isStored = call.outcome !== null;
        leave(w, i, 'read');
      });
      break;
    case 'read': {
      const isDeaf = bug === 'an in-process emitter';
      if (!isDeaf) step('reads what is stored', () => answer(w, i, call.outcome));
      if (isDeaf || bug === 'stale last read') step('is answered by what was', () => answer(w, i, null));
      break;
    }
  }
  return steps;
}

/** The outcome, or 202: it is accepted, and no outcome is stored yet. */
function answer(w: WaitingWorld, i: number, outcome: string | null): void {
  const caller = w.callers[i];
  const call = w.calls[caller?.key ?? 0];
  if (!caller || !call) return;
  if (outcome !== null && outcome !== call.outcome) w.wrong ??= `answered ${outcome}, stored ${call.outcome}`;
  else if (outcome === null && caller.isStored) w.wrong ??= '202, though the outcome was stored before the limit';
  else if (outcome === null && call.body === null) w.wrong ??= '202, though no call is stored';
  else if (call.body !== null && call.body !== caller.body) w.wrong ??= 'answered of a call of another body';
  leave(w, i, 'over');
}

function leave(w: WaitingWorld, i: number, at: 'read' | 'over'): void {
  w.listeners = w.listeners.map((listening) => listening.filter((one) => one !== i));
  const caller = w.callers[i];
  if (caller) caller.at = at;
}

function spend(w: WaitingWorld, what: WaitingFault): void {
  const left = (w.left[what] ?? 0) - 1;
  if (left > 0) w.left[what] = left;
  else delete w.left[what];
}
