import type { CallWorld, Message, Process } from './world.ts';

/** A copy of a world of which nothing is shared; written out, as it is what an exploration does most. Pairs never change. */
export function clone({ calls, shown, queue, procs, clients, left, ghost }: CallWorld): CallWorld {
  return {
    calls: calls.map((call) => ({ ...call, mark: call.mark && { ...call.mark } })),
    shown: shown.map((entry) => entry && { ...entry }),
    queue: queue.map(cloneMessage),
    procs: procs.map(cloneProcess),
    clients: [...clients],
    left: { ...left },
    ghost: { ...ghost, of: ghost.of.map((one) => ({ ...one })) },
  };
}

const cloneMessage = ({ copy, pairs }: Message): Message => ({ copy, pairs: [...pairs] });

function cloneProcess(p: Process): Process {
  if (!('message' in p)) return { ...p };
  const held = { message: cloneMessage(p.message), todo: [...p.todo] };
  if (p.kind === 'dead') return { ...p, ...held };
  return { ...p, ...held, claimed: [...p.claimed], alone: [...p.alone], rest: [...p.rest] };
}
