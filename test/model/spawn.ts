import { FIRST_PLACE } from '../../shared/domain/layout.ts';
import type { CloseReason } from '../../shared/domain/run.ts';
import { type Context, consumerOf } from './context.ts';
import { parseWork, received } from './messages.ts';
import type { Process } from './processes.ts';
import { mayCall, type World } from './world.ts';

/** The lowest number that no living process has, and no mark or lease of a dead one. */
function freeId(w: World): number {
  const taken = new Set(w.procs.map(({ id }) => id));
  if (w.run.lease) taken.add(w.run.lease.by);
  for (const { lease } of w.slices) if (lease) taken.add(lease.by);
  for (const { registers } of Object.values(w.blocks)) {
    for (const { mark } of Object.values(registers)) if (mark) taken.add(mark.by);
  }
  let id = 1;
  while (taken.has(id)) id++;
  return id;
}

function unasked(w: World) {
  return { id: freeId(w), held: [], lapsed: false };
}

/** Hands messages out of the queue to a new invocation. */
export function deliver(cx: Context, w: World, messages: readonly string[], variant: number): void {
  for (const message of messages) w.queue.splice(w.queue.indexOf(message), 1);
  const id = freeId(w);
  const begun = messages.map((message) => consumer(cx, w, id, received(message), variant));
  for (const [i, p] of begun.entries()) {
    const isCopy = (other: Process) => isFirstReceive(p) && other.held[0] === p.held[0];
    if (p.kind === 'forward' && begun.slice(0, i).some(isCopy)) Object.assign(p, { copy: true, at: 'copy' });
  }
  w.procs.push(...begun);
}

const isFirstReceive = ({ held: [message = ''] }: Process) => parseWork(message).receives === 1;

function consumer(cx: Context, w: World, id: number, message: string, variant: number): Process {
  const base = { id, held: [message], lapsed: false };
  switch (consumerOf(message)) {
    case 'split':
      return {
        kind: 'split',
        ...base,
        // RUN is read first. Reading it any later is the same: until then nothing tells the message from a queued one.
        at: mayCall(w) ? 'resume' : 'delete',
        slice: Number(message.slice(2)),
        variant,
        place: FIRST_PLACE,
        cursor: 0,
        pages: [],
        out: [],
        unsent: 0,
        opens: true,
        ended: false,
        reached: false,
        waits: false,
        timeUp: false,
        failed: false,
        bound: boundOf(cx, w, Number(message.slice(2))),
        handsOn: false,
      };
    case 'forward':
      return {
        kind: 'forward',
        ...base,
        at: 'read',
        care: 0,
        marks: false,
        copy: false,
        leads: false,
        failed: false,
        seen: null,
        due: [],
        halves: [],
        ended: [],
        again: [],
        pressed: [],
        called: [],
        mark: null,
        partial: false,
        next: null,
        full: false,
        delayed: false,
        early: false,
      };
    case 'aggregate':
      return { kind: 'aggregate', ...base, at: 'read', segment: message.slice(2), rows: [] };
    case 'finish':
      return { kind: 'finish', ...base, at: 'read root', rows: [], cut: false, mailed: false };
    case 'callback':
      return {
        kind: 'callback',
        ...base,
        at: cx.bug === 'token checked after the read' ? 'read' : 'token',
        seen: null,
        turn: 0,
        recorded: false,
      };
    case 'dead':
      // What isn't work stands in the table: the sweeper takes it up from there.
      return { kind: 'dead', ...base, at: message.startsWith('xw') ? 'read' : 'delete', missing: [] };
  }
}

/** As the product's: the canary is the first slice's first children. */
function boundOf({ level: { canary } }: Context, { run }: World, slice: number): number | null {
  if (canary === null || run.passed) return null;
  return slice === 0 ? canary : 0;
}

export function spawnStarter(w: World, plan: number, at: 'run' | 'plan' = 'run'): void {
  w.procs.push({ kind: 'start', ...unasked(w), at, plan, slice: 0 });
}

export function spawnCloser(w: World, reason: CloseReason, at: 'status' | 'plan' = 'status'): void {
  const closer: Process = {
    kind: 'close',
    ...unasked(w),
    at,
    reason,
    slice: -1,
    place: FIRST_PLACE,
    segments: [],
    blocks: [],
    missing: [],
  };
  w.procs.push(closer);
}

/** Looks at a block, or adds a frozen segment to ROOT. */
export function spawnSweeper(w: World, at: 'read' | 'root', block: string): void {
  w.procs.push({ kind: 'sweep', ...unasked(w), at, block, slots: [], out: [] });
}

export function spawnExpirer(w: World, block: string, slot: number): void {
  const nothing = { failed: [], next: null, raised: false, sends: false };
  w.procs.push({ kind: 'expire', ...unasked(w), at: 'read', block, slot, ...nothing });
}

/** Lets every slice that isn't enumerated go on. */
export function spawnReleaser(w: World, slices: readonly number[]): void {
  if (slices.length === 0) return;
  const out = slices.map((slice) => `s:${slice}`);
  w.procs.push({ kind: 'sweep', ...unasked(w), at: 'go on', block: '', slots: [], out });
}
