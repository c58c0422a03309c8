import { FIRST_PLACE } from '../../shared/domain/geometry.ts';
import type { CloseReason } from '../../shared/domain/run.ts';
import { consumerOf } from './context.ts';
import { received } from './messages.ts';
import type { Process } from './processes.ts';
import type { World } from './world.ts';

/** The lowest number that no living process has, and no mark or lease of a dead one. */
function freeId(w: World): number {
  const taken = new Set(w.procs.map(({ id }) => id));
  if (w.run.lease) taken.add(w.run.lease.by);
  for (const { registers } of Object.values(w.blocks)) {
    for (const { mark } of Object.values(registers)) if (mark) taken.add(mark.by);
  }
  let id = 1;
  while (taken.has(id)) id++;
  return id;
}

function base(w: World, held: string[] = []) {
  return { id: freeId(w), held, lapsed: false };
}

/** Hands messages out of the queue to a new invocation. */
export function deliver(w: World, messages: readonly string[], variant: number): void {
  for (const message of messages) w.queue.splice(w.queue.indexOf(message), 1);
  w.procs.push(consumer(w, messages.map(received), variant));
}

function consumer(w: World, held: string[], variant: number): Process {
  const message = held[0] ?? '';
  switch (consumerOf(message)) {
    case 'split':
      return {
        kind: 'split',
        ...base(w, held),
        at: 'resume',
        slice: Number(message.slice(2)),
        variant,
        place: FIRST_PLACE,
        cursor: 0,
        pages: [],
        out: [],
        unsent: 0,
        ended: false,
      };
    case 'forward':
      return {
        kind: 'forward',
        ...base(w, held),
        at: 'read',
        later: [],
        alone: false,
        seen: null,
        ended: [],
        again: [],
        called: [],
        child: null,
        next: null,
        full: false,
        delayed: false,
        early: false,
      };
    case 'aggregate':
      return { kind: 'aggregate', ...base(w, held), at: 'read', segment: message.slice(2), rows: [], block: 0 };
    case 'finish':
      return { kind: 'finish', ...base(w, held), at: 'read root', rows: [] };
    case 'dead':
      return { kind: 'dead', ...base(w, held), at: 'read', missing: [] };
  }
}

export function spawnStarter(w: World, plan: number): void {
  w.procs.push({ kind: 'start', ...base(w), at: 'run', plan, slice: 0 });
}

export function spawnCloser(w: World, reason: CloseReason): void {
  const closer: Process = {
    kind: 'close',
    ...base(w),
    at: 'status',
    reason,
    slice: 0,
    place: FIRST_PLACE,
    blocks: [],
    missing: [],
  };
  w.procs.push(closer);
}

export function spawnSweeper(w: World, block: string): void {
  w.procs.push({ kind: 'sweep', ...base(w), at: 'read', block, slots: [], out: [] });
}
