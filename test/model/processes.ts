import type { Place } from '../../shared/domain/layout.ts';
import type { CloseReason } from '../../shared/domain/run.ts';
import type { Care } from '../../shared/domain/sending.ts';
import type { Storer } from './storer.ts';
import type { RegisterRecord } from './world.ts';

/**
 * Processes as small step machines: `at` names the next port operation, the rest is what an invocation remembers. One step
 * is one operation of a port, so that a crash falls between any two.
 */
export type Process =
  | Starter
  | Splitter
  | Forwarder
  | Storer
  | Aggregator
  | Finisher
  | Closer
  | GiverUp
  | Sweeper
  | Callback
  | Expirer;

export interface Base {
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
    | 'read status'
    | 'send'
    | 'release'
    | 'hand on'
    | 'size'
    | 'tell segment'
    | 'count'
    | 'tell run'
    | 'delete'
    | 'back';
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
  /** Before its first checkpoint, which comes behind the first block. */
  opens: boolean;
  ended: boolean;
  /** Its share of the canary is enumerated, and nothing was behind it when it looked. */
  reached: boolean;
  /** Waits for the canary: nothing but a checkpoint is left to do. */
  waits: boolean;
  /** Out of time, where it put a page: it stops behind it. */
  timeUp: boolean;
  /** A store or its source failed it: its message comes back. */
  failed: boolean;
  /** Children it may enumerate before the canary is judged, as RUN said when it began. */
  bound: number | null;
  /** Sends its slice on once its lease is given back. */
  handsOn: boolean;
}

/** One message of a forwarder's invocation. The messages of a batch are processes of one id: they die together. */
export interface Forwarder extends Base {
  kind: 'forward';
  at:
    | 'read'
    | 'read status'
    | 'read status anew'
    | 'call'
    /** Its last call has ended: what is being stored of it is waited for. */
    | 'released'
    /** All its children ended: its outcomes wait for those of the batch's other messages of the block. */
    | 'commit'
    /** Writes until when children wait, before anything else is stored. */
    | 'bucket'
    /** Its outcomes are in the group that another message of its batch writes. */
    | 'grouped'
    | 'page'
    | 'update'
    | 'add'
    | 'send'
    | 'tell'
    | 'notify'
    /** Called under a mark, once everything else of the batch is stored. */
    | 'suspect'
    /** Says the same as another message of its batch: it waits for what becomes of that. */
    | 'copy'
    | 'mark'
    | 'call marked'
    | 'page marked'
    | 'update marked'
    /** A store failed for one of its calls: what the others came to is stored. */
    | 'comes back'
    /** A store failed while it lived: its mark must not accuse anybody. */
    | 'end mark'
    /** It is over, and its message deleted, or put back, once all of the batch are. */
    | 'delete'
    | 'back';
  /** Of a suspect: how its slot is called, as BLOCK said when its batch began. */
  care: Care;
  /** Whether its pass as a suspect has begun. */
  marks: boolean;
  /** Whether another message of its batch does its work. */
  copy: boolean;
  /** Whether it writes for its block: what ends meanwhile waits for the next group. */
  leads: boolean;
  /** A store failed: what ended is stored, then the message comes back. */
  failed: boolean;
  seen: { done: number[]; register: RegisterRecord | null } | null;
  /** Children that are due and uncalled, those that ended and their status letter, those to call again, those called under marks. */
  due: number[];
  /** Of `due`, from the first on: how many each half of a call has that failed as a whole. */
  halves: number[];
  ended: [number, string][];
  /** Those that ended and were stored while others were still called; absent for none. */
  kept?: number[];
  again: number[];
  /** Of those handed back, or yet to be called again, the ones whose service was busy. */
  pressed: number[];
  /** Those whose service will call back; absent for none. */
  waits?: number[];
  /** What its calls came to, and the register as it read it: kept until the turn is raised, where callbacks may change that. */
  came?: Came;
  called: number[];
  /** What it has marked, if the mark may be there. */
  mark: { child: number | null } | null;
  /** Some of its children were handed back: of a suspect's, or by the time the others' outcomes are stored. */
  partial: boolean;
  next: RegisterRecord | null;
  full: boolean;
  /** Its successor waits until a child is due. */
  delayed: boolean;
  /** Of the planted bug that sends first: not raised yet. */
  early: boolean;
}

/** What a forwarder's pass came to. */
export interface Came {
  read: RegisterRecord | null;
  again: number[];
  pressed: number[];
  waits: number[];
  complete: boolean;
}

export interface Aggregator extends Base {
  kind: 'aggregate';
  at: 'read' | 'gather' | 'part' | 'freeze' | 'root' | 'notify' | 'delete' | 'back';
  segment: string;
  /** Of each block that was read. */
  rows: { block: number; rows: string[] }[];
  /** Callbacks that had come late when it began to read; absent for none. */
  late?: number;
}

export interface Finisher extends Base {
  kind: 'finish';
  at:
    | 'read root'
    | 'lease'
    | 'read status'
    | 'parts'
    | 'claim'
    | 'mail'
    | 'event'
    | 'status'
    | 'let go'
    | 'delete'
    | 'back';
  rows: string[];
  /** Whether the run was cut, and its mail claimed, as RUN said when the lease was taken. */
  cut: boolean;
  mailed: boolean;
}

export interface Closer extends Base {
  kind: 'close';
  at:
    | 'status'
    | 'read status'
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
    | 'read root'
    | 'segment'
    | 'block'
    | 'frozen'
    | 'full'
    | 'tell frozen'
    | 'page'
    | 'add'
    | 'tell'
    | 'notify';
  reason: CloseReason;
  /** The one that is ended now: none yet, or all were, where there is no such slice. */
  slice: number;
  place: Place;
  /** Segments, and blocks of the first of them, that remain to be looked at. */
  segments: string[];
  blocks: string[];
  missing: number[];
}

/** The dead-letter handler: gives up what its message still misses. */
export interface GiverUp extends Base {
  kind: 'dead';
  at: 'read' | 'page' | 'add' | 'tell' | 'notify' | 'delete' | 'back';
  missing: number[];
}

/** The function that takes callbacks. */
export interface Callback extends Base {
  kind: 'callback';
  at:
    | 'token'
    | 'read'
    | 'page'
    | 'add'
    | 'late'
    /** What its slot misses, before it is called again. */
    | 'gather'
    | 'replace'
    /** It has joined a message of its slot: is that still to come? */
    | 'look'
    | 'raise'
    | 'send'
    | 'tell'
    | 'notify'
    /** Word that its service is at work: until when it waits from now on, and the register. */
    | 'bucket'
    | 'hear'
    | 'delete'
    | 'back';
  seen: { done: number[]; register: RegisterRecord | null } | null;
  /** The register as it wrote it; absent before. */
  wrote?: RegisterRecord;
  /** Of the message that it sends. */
  turn: number;
  /** A success that it will say is recorded. */
  recorded: boolean;
}

/** Ends the waits of one slot whose time is over. */
export interface Expirer extends Base {
  kind: 'expire';
  at: 'read' | 'page' | 'update' | 'tell' | 'notify' | 'send' | 'remove';
  block: string;
  slot: number;
  failed: number[];
  /** The register as it read it; absent before. */
  read?: RegisterRecord;
  next: RegisterRecord | null;
  raised: boolean;
  /** Children are left to be called. */
  sends: boolean;
}

export interface Sweeper extends Base {
  kind: 'sweep';
  at: 'read' | 'raise' | 'send' | 'tell' | 'notify' | 'root' | 'tell run' | 'go on';
  /** Where it adds a frozen segment to ROOT, the segment. */
  block: string;
  /** Slots to send again, as first child, its items and the register read. */
  slots: [number, string, RegisterRecord | null][];
  out: string[];
}
