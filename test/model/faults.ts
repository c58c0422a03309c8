import { type Context, consumerOf } from './context.ts';
import { failures } from './failing.ts';
import { parseWork, unreceived } from './messages.ts';
import { countDeaths } from './protocol-suspect.ts';
import { goBack, invocationOf, type Step } from './steps.ts';
import { may, spend, type World } from './world.ts';

/** Everything that may go wrong in a state, as far as the budget allows. */
export function faults(cx: Context, w: World): Step[] {
  const steps: Step[] = [];
  for (const p of w.procs) {
    // The messages of a batch die together.
    if (may(w, 'crash') && invocationOf(w, p)[0] === p) {
      steps.push({
        name: `crash: ${p.kind} before ${p.at}`,
        run: () => {
          spend(w, 'crash');
          countDeaths(cx, w, p);
          goBack(w, p);
        },
      });
    }
    for (const { lost, run } of failures(w, p)) {
      const what = lost ? 'unanswered' : 'fail';
      if (!may(w, what)) continue;
      steps.push({
        name: `fail: ${p.kind} before ${p.at}`,
        run: () => {
          spend(w, what);
          run();
        },
      });
    }
    if (may(w, 'slow') && p.held.length > 0 && !p.lapsed) {
      steps.push({
        name: `slow: ${p.kind}`,
        run: () => {
          spend(w, 'slow');
          w.queue.push(...p.held);
          p.lapsed = true;
        },
      });
    }
  }
  if (may(w, 'forge')) {
    for (const block of Object.keys(w.blocks)) {
      const forge = () => {
        spend(w, 'forge');
        w.queue.push(`c:${block}:0:0:1:S:x`);
      };
      steps.push({ name: 'forge: a token that nobody signed', run: forge });
    }
  }
  steps.push(...lapses(w));
  for (const [i, message] of w.queue.entries()) {
    const consumer = consumerOf(message);
    if (message === w.queue[i - 1] || cx.level.workers[consumer] === undefined) continue;
    if (may(w, 'duplicate')) {
      steps.push({
        name: `duplicate: for ${consumer}`,
        run: () => {
          spend(w, 'duplicate');
          w.queue.push(message);
        },
      });
    }
    if (may(w, 'lose')) {
      steps.push({
        name: `lose: for ${consumer}`,
        run: () => {
          spend(w, 'lose');
          w.queue.splice(i, 1);
        },
      });
    }
    if (may(w, 'dead') && consumer === 'forward') {
      steps.push({
        name: 'to the dead-letter queue',
        run: () => {
          spend(w, 'dead');
          w.queue.splice(i, 1, toDeadLetters(w, message));
        },
      });
    }
  }
  return steps;
}

/** A lease that runs out while its holder is still at work. */
export function lapses(w: World): Step[] {
  if (!may(w, 'lapse')) return [];
  const held = w.slices.filter(({ lease }) => w.procs.some(({ id }) => id === lease?.by));
  return held.map((slice) => ({
    name: 'lapse: a lease runs out before its holder',
    run: () => {
      spend(w, 'lapse');
      slice.lease = null;
    },
  }));
}

/** A message as it is in the dead-letter queue; whether its turn was its slot's then is kept, to be checked. */
export function toDeadLetters({ blocks, ghost }: World, message: string): string {
  if (message.startsWith('w:')) {
    const { block, slot, turn, items } = parseWork(message);
    if (turn === (blocks[block]?.registers[slot]?.turn ?? 0)) {
      ghost.dead.push(...Array.from(items, (_, i) => `${block}:${slot + i}`));
    }
  }
  return `x${unreceived(message)}`;
}

/** Deadlines of marks and leases whose owner is over; then waits of retries. */
export function timePasses(cx: Context, w: World): Step[] {
  const steps: Step[] = [];
  const alive = new Set(w.procs.map(({ id }) => id));
  for (const slice of w.slices) {
    if (!slice.lease || alive.has(slice.lease.by) || cx.bug === 'lease without deadline') continue;
    steps.push({
      name: "time: a slice's lease expires",
      run: () => {
        slice.lease = null;
      },
    });
  }
  const { lease } = w.run;
  if (lease && !lease.expired && !alive.has(lease.by)) {
    steps.push({
      name: 'time: lease expires',
      run: () => {
        lease.expired = true;
      },
    });
  }
  for (const { registers } of Object.values(w.blocks)) {
    for (const { mark } of Object.values(registers)) {
      if (!mark || mark.expired || alive.has(mark.by)) continue;
      steps.push({
        name: 'time: mark expires',
        run: () => {
          const { by } = mark;
          if (cx.level.countCalls) leaveEvidence(w, by);
          // Also for a forwarder that has read it: it compares the deadline with its clock.
          for (const register of registersKnown(w)) if (register.mark?.by === by) register.mark.expired = true;
        },
      });
    }
  }
  if (w.queue.some((message) => message.endsWith(':h')) && !w.procs.some(({ kind }) => kind === 'forward')) {
    steps.push({
      name: 'time: hidden messages come back',
      run: () => {
        w.queue = w.queue.map((message) => message.replace(/:h$/, ''));
      },
    });
  }
  // Their times are taken by the sweeper a forwarder's time-out behind: who wrote them is over by then.
  if (hasWaits(w) && !w.procs.some((p) => p.kind === 'forward' || (p.kind === 'callback' && p.at === 'hear'))) {
    steps.push({ name: 'time: waits are over', run: () => endWaits(w) });
  }
  if (isWaiting(w)) steps.push({ name: 'time: delays are over', run: () => endDelays(w) });
  return steps;
}

/** Of all that it had marked: kept, to check what is called alone. */
function leaveEvidence({ blocks, ghost }: World, by: number): void {
  for (const [block, { registers }] of Object.entries(blocks)) {
    for (const [slot, { mark }] of Object.entries(registers)) {
      const name = `${block}:${slot}`;
      if (mark?.by === by && !ghost.evidence.includes(name)) ghost.evidence.push(name);
    }
  }
  ghost.evidence.sort();
}

/** As stored, and as processes hold them. */
function registersKnown(w: World) {
  const snapshots = w.procs.flatMap((p) => {
    if (p.kind === 'forward') return [p.seen?.register, p.next, p.came?.read];
    if (p.kind === 'callback') return [p.seen?.register, p.wrote];
    return p.kind === 'expire' ? [p.read, p.next] : [];
  });
  return [...Object.values(w.blocks).flatMap((block) => Object.values(block.registers)), ...snapshots].filter(
    (register) => register !== null && register !== undefined,
  );
}

function isWaiting(w: World): boolean {
  return (
    w.queue.some((message) => message.endsWith(':d')) ||
    registersKnown(w).some(({ tries }) => tries.some((t) => t[2] > 0))
  );
}

function hasWaits({ blocks }: World): boolean {
  return Object.values(blocks).some(({ buckets }) => buckets?.some(([, until]) => until > 0));
}

function endWaits(w: World): void {
  for (const block of Object.values(w.blocks)) {
    // Times that are over are told apart by what they were: whoever takes one leaves the other.
    for (const bucket of block.buckets ?? []) pass(bucket);
    for (const { waiting = [] } of Object.values(block.registers)) for (const wait of waiting) pass(wait);
  }
  // What is remembered says the same of the same times.
  for (const p of w.procs) {
    const known = p.kind === 'callback' ? [p.seen?.register, p.wrote] : p.kind === 'expire' ? [p.read, p.next] : [];
    for (const register of known) for (const wait of register?.waiting ?? []) pass(wait);
  }
  for (const [child, until] of Object.entries(w.ghost.heard ?? {})) {
    if (w.ghost.heard && until > 0) w.ghost.heard[child] = until - 1;
  }
}

function pass(wait: [number, number]): void {
  wait[1] = Math.max(0, wait[1] - 1);
}

function endDelays(w: World): void {
  w.queue = w.queue.map((message) => (message.endsWith(':d') ? message.slice(0, -2) : message));
  for (const register of registersKnown(w)) for (const row of register.tries) row[2] = 0;
  for (const p of w.procs) {
    if (p.kind === 'forward') p.delayed = false;
    if (p.kind === 'sweep') p.out = p.out.map((message) => message.replace(/:d$/, ''));
  }
}
