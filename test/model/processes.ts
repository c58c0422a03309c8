import type { Place } from '../../shared/domain/layout.ts';
import type { CloseReason } from '../../shared/domain/run.ts';
import type { RegisterRecord } from './world.ts';

/**
 * Processes as small step machines: `at` names the next port operation, the rest is what an invocation remembers. One step
 * is one operation of a port, so that a crash falls between any two.
 */
export type Process = Starter | Splitter | Forwarder | Aggregator | Finisher | Closer | GiverUp | Sweeper;

interface Base {
  /** Unique among the living, and among those who left a mark or a lease. */
  id: number;
  /** Messages that come back when it dies: those it has not deleted. */
  held: string[];
  /** Its messages were handed out again already. */
  lapsed: boolean;
}

export interface Starter extends Base {
  kind: 'start';
  at: 'run' | 'plan' | 'open' | 'tell' | 'send' | 'split';
  plan: number;
  slice: number;
}

export interface Splitter extends Base {
  kind: 'split';
  at:
    | 'resume'
    | 'page'
    | 'put'
    | 'checkpoint'
    | 'send'
    | 'release'
    | 'hand on'
    | 'size'
    | 'tell segment'
    | 'count'
    | 'tell run'
    | 'delete';
  slice: number;
  /** Which answer of the source it meets. */
  variant: number;
  place: Place;
  cursor: number;
  /** Pages of the block it is in. */
  pages: number[];
  /** Messages to send. */
  out: string[];
  /** Complete blocks since the last checkpoint. */
  unsent: number;
  ended: boolean;
  /** Children it may enumerate before the canary is judged, as RUN said when it began. */
  bound: number | null;
  /** Sends its slice on once its lease is given back. */
  handsOn: boolean;
}

export interface Forwarder extends Base {
  kind: 'forward';
  at:
    | 'read'
    | 'read status'
    | 'read status anew'
    | 'call'
    | 'page'
    | 'update'
    | 'add'
    | 'send'
    | 'tell'
    | 'notify'
    | 'delete'
    | 'mark'
    | 'call alone'
    | 'page alone'
    | 'update alone';
  /** The one being worked on is the first of `held`; suspects wait here until the others are stored. */
  later: string[];
  /** Whether the present message is called alone. */
  alone: boolean;
  seen: { done: number[]; register: RegisterRecord | null } | null;
  /** Children that ended and their status letter, those to call again, those called alone. */
  ended: [number, string][];
  again: number[];
  called: number[];
  /** Called alone now. */
  child: number | null;
  next: RegisterRecord | null;
  full: boolean;
  /** Its successor waits until a child is due. */
  delayed: boolean;
  /** Of the planted bug that sends first: not raised yet. */
  early: boolean;
}

export interface Aggregator extends Base {
  kind: 'aggregate';
  at: 'read' | 'gather' | 'part' | 'freeze' | 'root' | 'notify' | 'delete';
  segment: string;
  rows: string[];
  block: number;
}

export interface Finisher extends Base {
  kind: 'finish';
  at: 'read root' | 'lease' | 'parts' | 'claim' | 'mail' | 'status' | 'delete';
  rows: string[];
  /** Whether the run was cut, as RUN said when the lease was taken. */
  cut: boolean;
}

export interface Closer extends Base {
  kind: 'close';
  at:
    | 'status'
    | 'plan'
    | 'cut plan'
    | 'no plan'
    | 'open'
    | 'checkpoint'
    | 'tail'
    | 'cut'
    | 'end'
    | 'cut late'
    | 'size'
    | 'tell segment'
    | 'count'
    | 'tell run'
    | 'block'
    | 'frozen'
    | 'page'
    | 'add'
    | 'tell'
    | 'notify';
  reason: CloseReason;
  slice: number;
  place: Place;
  /** Blocks that remain to be looked at. */
  blocks: string[];
  missing: number[];
}

/** The dead-letter handler: gives up what its message still misses. */
export interface GiverUp extends Base {
  kind: 'dead';
  at: 'read' | 'page' | 'add' | 'tell' | 'notify' | 'delete';
  missing: number[];
}

export interface Sweeper extends Base {
  kind: 'sweep';
  at: 'read' | 'raise' | 'send' | 'tell' | 'notify';
  block: string;
  /** Slots to send again, as first child, its items and turn read. */
  slots: [number, string, number][];
  out: string[];
}
