/**
 * Calls that stand alone, each an item of its own, the index in which rounds look for them, their queue, and the processes at work on
 * them, in one state.
 */
export interface CallWorld {
  calls: CallRecord[];
  /** The entry of each call that a reader of the index is shown: an older one, until the index catches up. */
  shown: (Entry | null)[];
  queue: Message[];
  procs: Process[];
  /** Digests of the bodies that clients have still to create the first call with. */
  clients: string[];
  left: Partial<Record<Fault, number>>;
  ghost: Ghost;
}

/** What may go wrong, or be asked from outside. */
export type Fault =
  /** A process dies before its next step. */
  | 'crash'
  /** A client asks again after the process that served it died. */
  | 'again'
  /** The queue delivers a message twice. */
  | 'duplicate'
  /** The queue forgets a message. */
  | 'loss'
  /** A try fails. */
  | 'failure'
  /** The service is busy: a try that counts as none. */
  | 'pressure'
  /** A forwarder goes on past the end of its invocation. */
  | 'dawdle'
  /** A round raises the turn of a call whose message is there. */
  | 'haste'
  /** A message goes to the dead-letter queue. */
  | 'dead'
  | 'cancel'
  | 'move';

/** How near the due time is. Soon: within what a round sends ahead of it. Overdue: the look time of a call that was sent is over. */
export const PHASE = { far: 0, near: 1, soon: 2, due: 3, overdue: 4 } as const;
export type Phase = (typeof PHASE)[keyof typeof PHASE];

export type Outcome = 'succeeded' | 'failed' | 'poison' | 'cancelled' | 'expired';

export interface CallRecord {
  /** Null before it is created. */
  digest: string | null;
  phase: Phase;
  /** Its last moment has come: no try is to begin any more. */
  past: boolean;
  turn: number;
  /** It stands in the index. */
  listed: Listed | null;
  tries: number;
  mark: Mark | null;
  /** It is to be tried by itself, and how many forwarders have died of that. */
  alone: boolean;
  crashes: number;
  outcome: Outcome | null;
}

/** Why a round looks for it: to send it ahead of its due time, to see what became of its message, or, at once, to tell its outcome. */
export type Listed = 'unsent' | 'sent' | 'ended';
export interface Entry {
  turn: number;
  listed: Listed;
}

export interface Mark {
  by: number;
  alone: boolean;
  /** Its time is up. */
  over: boolean;
}

export type Pair = readonly [call: number, turn: number];

/** Copies of a message are one message in several hands: who deletes it, deletes it for all. */
export interface Message {
  copy: number;
  pairs: Pair[];
}

export type Process = Creation | Round | Request | Forward | DeadLetter;

interface Creation {
  kind: 'create';
  at: 'put' | 'send' | 'answer';
  digest: string;
  turn: number;
}

export interface Round {
  kind: 'round';
  at: 'raise' | 'send' | 'tell' | 'unlist';
  call: number;
  turn: number;
}

/** A client's cancel or move of the first call. */
export interface Request {
  kind: 'cancel' | 'move';
  at: 'read' | 'write' | 'send' | 'tell' | 'unlist' | 'answer';
  turn: number;
}

/** What has a message in its hands. */
interface Holder {
  message: Message;
  /** Another has deleted it. */
  deleted: boolean;
  /** The call, and its turn, that it is at work on. */
  now: Pair | null;
}

export interface Forward extends Holder {
  kind: 'forward';
  at: 'claim' | 'alone' | 'call' | 'answer' | 'settle' | 'tell' | 'unlist' | 'send' | 'rest' | 'delete';
  id: number;
  /** Past the end of its invocation: its message is visible again. */
  late: boolean;
  todo: Pair[];
  claimed: Pair[];
  /** Those claimed that are being tried. */
  trying: boolean;
  answer: 'success' | 'failure' | 'pressure' | null;
  alone: Pair[];
  /** Those that its message must not be deleted for. */
  rest: Pair[];
}

export interface DeadLetter extends Holder {
  kind: 'dead';
  at: 'give up' | 'tell' | 'unlist' | 'delete';
  todo: Pair[];
}

/** What no process knows, kept to be checked. */
export interface Ghost {
  wrong: string | null;
  /** By call. */
  of: {
    /** Tries that may still begin: one, and one more for each that failed and each mark that ran out. */
    tries: number;
    failures: number;
    told: Outcome | null;
    /** The phases that must pass before a try may begin, by the time that its client was told of last. */
    wait: number;
    cancelled: boolean;
  }[];
  /** Deaths that no call is guilty of, and those that one is. */
  crashes: number;
  kills: number;
}

/** How a world begins. */
export interface Beginning {
  /** The due time of each call. */
  readonly phase: Phase;
  /** Calls that are there already, all in one message; none: clients create one. */
  readonly calls: number;
  readonly clients: readonly string[];
  readonly left: CallWorld['left'];
  /** A client's cancel was stored before anything else is done. */
  readonly isCancelled: boolean;
}

export function newWorld({ phase, calls, clients, left, isCancelled }: Beginning): CallWorld {
  const count = Math.max(1, calls);
  const isThere = calls > 0;
  const isSent = isThere && phase >= PHASE.near;
  const one = (): CallRecord => ({
    digest: isThere ? 'a' : null,
    phase,
    past: false,
    turn: 0,
    listed: isThere ? (isSent ? 'sent' : 'unsent') : null,
    tries: 0,
    mark: null,
    alone: false,
    crashes: 0,
    outcome: null,
  });
  const records = Array.from({ length: count }, one);
  return {
    calls: records,
    shown: records.map(() => null),
    queue: isSent ? [{ copy: 0, pairs: records.map((_, call): Pair => [call, 0]) }] : [],
    procs: isCancelled ? [{ kind: 'cancel', at: 'tell', turn: 0 }] : [],
    clients: [...clients],
    left: { ...left },
    ghost: {
      wrong: null,
      of: records.map(() => ({
        tries: 1,
        failures: 0,
        told: null,
        wait: isThere ? PHASE.due - phase : 0,
        cancelled: false,
      })),
      crashes: 0,
      kills: 0,
    },
  };
}

export const entryOf = ({ turn, listed }: CallRecord): Entry | null => (listed === null ? null : { turn, listed });

export function spend(w: CallWorld, what: Fault): void {
  const left = (w.left[what] ?? 0) - 1;
  if (left > 0) w.left[what] = left;
  else delete w.left[what];
}
