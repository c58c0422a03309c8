import type { Came, Process } from './processes.ts';
import type { BlockRecord, RegisterRecord, World } from './world.ts';

/** A copy of a world of which nothing is shared; written out, as it is what an exploration does most. */
export function clone(w: World): World {
  return {
    run: {
      ...w.run,
      lease: w.run.lease && { ...w.run.lease },
      report: w.run.report && [...w.run.report],
    },
    root: { ...w.root, done: [...w.root.done], counted: [...w.root.counted] },
    slices: w.slices.map(({ chain, checkpoint, was, lease }) => ({
      chain: { ...chain },
      checkpoint,
      was,
      lease: lease && { ...lease },
    })),
    segments: mapValues(w.segments, (segment) => ({ ...segment, done: [...segment.done] })),
    blocks: mapValues(w.blocks, cloneBlock),
    queue: [...w.queue],
    procs: w.procs.map(cloneProcess),
    left: { ...w.left },
    ghost: {
      ...w.ghost,
      calls: { ...w.ghost.calls },
      halvings: { ...w.ghost.halvings },
      deaths: { ...w.ghost.deaths },
      evidence: [...w.ghost.evidence],
      sent: [...w.ghost.sent],
      dead: [...w.ghost.dead],
      ...(w.ghost.heard && { heard: { ...w.ghost.heard } }),
    },
  };
}

function cloneBlock({ done, registers, outcomes, buckets }: BlockRecord): BlockRecord {
  return {
    done: [...done],
    registers: mapValues(registers, cloneRegister),
    outcomes: [...outcomes],
    ...(buckets && { buckets: pairs(buckets) }),
  };
}

const pairs = (of: readonly [number, number][]): [number, number][] => of.map(([a, b]) => [a, b]);

function cloneRegister({ turn, tries, care, mark, waiting }: RegisterRecord): RegisterRecord {
  return {
    ...(waiting && { waiting: pairs(waiting) }),
    turn,
    tries: tries.map(([n, count, due, crashes]) => [n, count, due, crashes]),
    care,
    mark: mark && { ...mark },
  };
}

function cloneCame({ read, again, pressed, waits, complete }: Came): Came {
  return { read: read && cloneRegister(read), again: [...again], pressed: [...pressed], waits: [...waits], complete };
}

function cloneProcess(p: Process): Process {
  const held = [...p.held];
  switch (p.kind) {
    case 'split':
      return { ...p, held, pages: [...p.pages], out: [...p.out] };
    case 'forward':
      return {
        ...p,
        held,
        seen: p.seen && { done: [...p.seen.done], register: p.seen.register && cloneRegister(p.seen.register) },
        due: [...p.due],
        halves: [...p.halves],
        ended: [...p.ended],
        ...(p.kept && { kept: [...p.kept] }),
        again: [...p.again],
        pressed: [...p.pressed],
        called: [...p.called],
        next: p.next && cloneRegister(p.next),
        ...(p.came && { came: cloneCame(p.came) }),
      };
    case 'store':
      return { ...p, held, ended: [...p.ended] };
    case 'callback':
      return {
        ...p,
        held,
        ...(p.wrote && { wrote: cloneRegister(p.wrote) }),
        seen: p.seen && { done: [...p.seen.done], register: p.seen.register && cloneRegister(p.seen.register) },
      };
    case 'expire':
      return {
        ...p,
        held,
        failed: [...p.failed],
        next: p.next && cloneRegister(p.next),
        ...(p.read && { read: cloneRegister(p.read) }),
      };
    case 'aggregate':
      return { ...p, held, rows: [...p.rows] };
    case 'finish':
      return { ...p, held, rows: [...p.rows] };
    case 'close':
      return { ...p, held, segments: [...p.segments], blocks: [...p.blocks], missing: [...p.missing] };
    case 'dead':
      return { ...p, held, missing: [...p.missing] };
    case 'sweep':
      return { ...p, held, slots: [...p.slots], out: [...p.out] };
    case 'start':
      return { ...p, held };
  }
}

function mapValues<T>(record: Record<string, T>, copy: (value: T) => T): Record<string, T> {
  const copied: Record<string, T> = {};
  for (const key of Object.keys(record)) {
    const value = record[key];
    if (value !== undefined) copied[key] = copy(value);
  }
  return copied;
}
