import { lastStartOf } from '../../shared/calling/last-start.ts';
import type { WorkMessage } from '../../shared/domain/messages.ts';
import { maySend, statusAt } from '../../shared/domain/run.ts';
import type { RunRecord } from '../../shared/ports/run-store.ts';
import type { Forwarding } from './forwarding.ts';

export type Admission =
  | { readonly admitted: true; readonly run: RunRecord }
  /** The child is handed back: it is due then (epoch milliseconds, 0 is at once), and no try is spent. */
  | { readonly admitted: false; readonly due: number /** The run takes no calls. */; readonly isClosed: boolean };

const OUT_OF_TIME: Admission = { admitted: false, due: 0, isClosed: false };
const CLOSED: Admission = { admitted: false, due: 0, isClosed: true };

/**
 * Whether one of the message's children may be called now. Asked before each call, and the only place that holds one back: the
 * call must still end, and be stored, within the invocation, and the run must take calls and not have passed its deadline.
 * @returns a promise only where the run has to be read
 */
export function admit(
  { deps, runs, invocation }: Pick<Forwarding, 'deps' | 'runs' | 'invocation'>,
  message: WorkMessage,
): Admission | Promise<Admission> {
  const now = deps.clock.now();
  if (now > lastStartOf(deps, invocation)) return OUT_OF_TIME;
  const fresh = runs.fresh(message.run);
  if (fresh !== undefined) return admissionOf(fresh, now);
  return runs.read(message.run).then((run) => admissionOf(run, deps.clock.now()));
}

function admissionOf(run: RunRecord | null, now: number): Admission {
  return run !== null && maySend(statusAt(run, now)) ? { admitted: true, run } : CLOSED;
}
