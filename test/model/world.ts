import type { Layout, Place } from '../../shared/domain/layout.ts';
import { type CloseReason, maySend, type RunStatus, statusAt, type Tolerance } from '../../shared/domain/run.ts';
import type { Care } from '../../shared/domain/sending.ts';
import type { Process } from './processes.ts';

/** All there is in one state: the table, the queues, the processes that are alive, and what may still go wrong. */
export interface World {
  run: RunRecord;
  root: RootRecord;
  slices: SliceRecord[];
  /** By `<slice>-<segment>`. */
  segments: Record<string, SegmentRecord>;
  /** By `<slice>-<segment>.<block>`. */
  blocks: Record<string, BlockRecord>;
  /** Messages as text; see messages.ts. A multiset: the queue has no order. */
  queue: string[];
  procs: Process[];
  /** Faults and requests that may still come; what is used up isn't named. */
  left: Partial<Budget>;
  ghost: Ghost;
}

export interface RunRecord {
  status: RunStatus | 'none';
  /** The last status that said otherwise about calling: what a forwarder's cache may still hold. */
  was: RunStatus | null;
  /** Its deadline has come. */
  overdue: boolean;
  /** Slices of the plan; null until it is stored. */
  plan: number | null;
  reason: CloseReason | null;
  /** The flag that closing may have left out children of the source. */
  cut: boolean;
  /** The flag that the canary did well. */
  passed: boolean;
  /** `held` by the process `by`; `free` again once that is over and its time is up. */
  lease: { by: number; expired: boolean } | null;
  /** Rows of the stored report. */
  report: string[] | null;
  mailClaimed: boolean;
}

export interface RootRecord {
  done: number[];
  counted: number[];
  slices: number | null;
}

export interface SliceRecord {
  /** Index into {@link Context.pages}, by `<segment>.<block>.<page>`. */
  chain: Record<string, number>;
  checkpoint: Checkpoint | null;
  /** The one before: what a read may still find. */
  was: Checkpoint | null;
  /** Null once it has run out: it stands in nobody's way then, and its holder doesn't look. */
  lease: { by: number } | null;
}

/** Where a splitter goes on: the place, and the source's position there. */
export interface Checkpoint {
  place: Place;
  cursor: number;
  ended: boolean;
}

export interface SegmentRecord {
  size: number | null;
  done: number[];
  /** Rows of the part it is frozen with. */
  frozen: string[] | null;
  /** Callbacks that were stored after their child had ended; absent for none. */
  late?: number;
}

export interface BlockRecord {
  done: number[];
  /** By the number of the slot's first child. */
  registers: Record<string, RegisterRecord>;
  /** Slots that hold waits, and when these end (2: later still, 1: later, 0: by now); absent for none. */
  buckets?: [number, number][];
  /** Outcomes that pages hold, each `<n><status letter>`; a page is never more than its outcomes. */
  outcomes: string[];
}

export interface RegisterRecord {
  turn: number;
  /** Child, tries, due (1: later, 0: now), crashes. */
  tries: [number, number, number, number][];
  care: Care;
  /** Children that wait for their callback, and until when (2: later still, 1: later, 0: now); absent for none. */
  waiting?: [number, number][];
  /** No child: all of the slot. */
  mark: { child: number | null; by: number; expired: boolean } | null;
}

/** What may go wrong, or be asked from outside, and how often. */
export interface Budget {
  crash: number;
  /** The queue hands a message out twice. */
  duplicate: number;
  /** A message becomes visible again while its process is still at work. */
  slow: number;
  lose: number;
  /** The sweeper acts though nothing stands still. */
  sweep: number;
  /** A forwarder hands back those of a slot's children that it has no time to call. */
  back: number;
  /** A service is busy: the child is handed back, and no try is spent. */
  pressure: number;
  /** A store or a queue fails a process, and it lives. */
  fail: number;
  /** The same, behind its last call: it took effect, and its answer was lost. */
  unanswered: number;
  close: number;
  /** The run's deadline comes. */
  deadline: number;
  pause: number;
  start: number;
  /** A message goes to the dead-letter queue. */
  dead: number;
  /** A splitter stops behind a checkpoint and goes on as another message. */
  continuation: number;
  /** A slice's lease runs out while its holder is still at work. */
  lapse: number;
  /** A callback comes with a token that nobody signed. */
  forge: number;
  /** A read, or a cache, answers what was before, where it may. */
  stale: number;
}

export function may(w: World, what: keyof Budget): boolean {
  return (w.left[what] ?? 0) > 0;
}

/** Whether the run's status may change from outside in this level. */
export function isWatched({ budget }: Level): boolean {
  return budget.close !== undefined || budget.deadline !== undefined || budget.pause !== undefined;
}

/** What forwarders and splitters go by: the status, or what they make of it, or of one they remember, once the deadline has come. */
export function statusNow({ run }: World, known: RunRecord['status'] = run.status): RunStatus | null {
  return known === 'none' ? null : statusAt({ status: known, deadline: run.overdue ? 0 : 1 }, 0);
}

/** Whether the run's children may be called. */
export function mayCall(w: World): boolean {
  const status = statusNow(w);
  return status !== null && maySend(status);
}

export function moveTo({ run }: World, status: RunStatus): void {
  // All that anybody does by a status it remembers is to call, or not to.
  if (run.status !== 'none' && maySend(run.status) !== maySend(status)) run.was = run.status;
  run.status = status;
}

/** Uses one of what may still come. */
export function spend(w: World, what: keyof Budget): void {
  const left = (w.left[what] ?? 0) - 1;
  if (left > 0) w.left[what] = left;
  else delete w.left[what];
}

/** What no process knows, kept to be checked. */
export interface Ghost {
  finishes: number;
  mails: number;
  /** The status that was mailed. */
  mailed: RunStatus | null;
  /** A frozen segment changed, or a stored page. */
  rewritten: string | null;
  /** Calls of each item, where the level counts them. */
  calls: Record<string, number>;
  /** Calls with others that failed as a whole, of each item: they count as no calls. */
  halvings: Record<string, number>;
  /** Forwarders that died while a child, or a slot, was marked. */
  deaths: Record<string, number>;
  /** Slots of which a mark was there when its time was up. */
  evidence: string[];
  /** Passes of suspects that called somebody, then went back with what they had learned. */
  forgotten: number;
  /** Slots of which a message of turn 0 was sent, where the level asks. */
  sent: string[];
  /** Closing ended a slice, or the plan, before its source did. */
  cut: boolean;
  /** Children whose message went to the dead-letter queue while its turn was its slot's. */
  dead: string[];
  /** Children whose success was answered with 200; absent for none. */
  told?: string[];
  /** Children whose service was heard of, and until when they wait by that (2: later still, 1: later); absent for none. */
  heard?: Record<string, number>;
}

export const PROCESS_KINDS = [
  'start',
  'split',
  'forward',
  'aggregate',
  'finish',
  'close',
  'dead',
  'sweep',
  'callback',
  'expire',
] as const;
export type ProcessKind = (typeof PROCESS_KINDS)[number];

/** One bounded world: what is in it and what may happen. */
export interface Level {
  readonly geometry: Layout;
  /** By slice: what the source may answer, a letter an item. Every splitter meets one of the variants. */
  readonly sources: readonly (readonly string[])[];
  /** Numbers of slices that the source's plan may answer. */
  readonly plans: readonly number[];
  /** Of an item's JSON: of large ones, one fills a slot, and few a page. */
  readonly itemBytes: number;
  /** Blocks that a splitter completes before it waits for their messages and checkpoints. */
  readonly window: number;
  /** Calls of one child at most. */
  readonly attempts: number;
  /** How a call may end: S succeeds, R is worth another, F fails at once. */
  readonly answers: string;
  /** Items that kill whoever calls them. */
  readonly killers: string;
  /** Items that fail whatever call they are in, as a whole. */
  readonly culprits: string;
  /** Children that are called together at most. */
  readonly itemsPerCall: number;
  readonly budget: Partial<Budget>;
  /** Processes of each kind alive at a time; a kind that isn't named doesn't exist. */
  readonly workers: Partial<Record<ProcessKind, number>>;
  /** Messages a forwarder takes at most. */
  readonly batch: number;
  /**
   * What has ended is stored while other children of its block's messages are still called: costs states. A trace tells of a call when it
   * begins: there any that were called may be those that have ended.
   */
  readonly storesEarly?: 'all that ended' | 'any that were called';
  /** Whether standing still is noticed. */
  readonly sweeper: boolean;
  /** Retries wait, and messages with them. */
  readonly delays: boolean;
  /** Checks calls and live messages: costs states. */
  readonly countCalls: boolean;
  /** Redrive: rows of the run that is driven again; its failed ones are the source. */
  readonly base: readonly string[] | null;
  /** Whether splitters lease their slices; without, as if each lease ran out at once. */
  readonly leases: boolean;
  /** Children that are enumerated before the first are judged. */
  readonly canary: number | null;
  readonly tolerate: Tolerance;
  /** Where a call may be answered with W, 202: what its service says later, one word or another, a callback for each letter. */
  readonly callbacks?: {
    readonly says: readonly string[];
    readonly onExpiry: 'fail' | 'retry';
    /** Children of a message are called in any order; without, in their own. */
    readonly inAnyOrder?: boolean;
  };
}

/** A slot's waits end at a time of their own. */
export function insertBucket({ blocks }: World, block: string, slot: number, until: 1 | 2 = 1): void {
  const record = blocks[block];
  if (!record || record.buckets?.some(([other, known]) => other === slot && known === until)) return;
  record.buckets = [...(record.buckets ?? []), [slot, until] as [number, number]].sort(
    (a, b) => a[0] - b[0] || a[1] - b[1],
  );
}
