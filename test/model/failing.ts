import { failForwarder, isStoring } from './batch.ts';
import type { Finisher, Forwarder, Process } from './processes.ts';
import { end } from './steps.ts';
import type { World } from './world.ts';

/** A store, a queue or a user's code throws, and the process lives: what it does then. */

/** One way to go on. `lost`: the call took effect, and its answer was lost. */
interface Failure {
  readonly lost: boolean;
  readonly run: () => void;
}

/**
 * Every way in which a process may go on. An answer may be lost anywhere; it's told from a call without effect where that makes a
 * difference: at the last call, behind which the message would be deleted, and at a mark.
 */
export function failures(w: World, p: Process): Failure[] {
  const fail = (run: () => void, lost = p.at === 'delete'): Failure => ({ lost, run });
  const to = <P extends Process>(one: P, at: P['at']) => fail(() => void Object.assign(one, { at }));
  switch (p.kind) {
    case 'forward':
      return forwarderFailures(w, p, fail);
    case 'split': {
      if (p.failed || p.at === 'back') return [];
      const release = fail(() => void Object.assign(p, { failed: true, at: 'release' }));
      // Giving back a lease is tried once.
      return p.at === 'resume' ? [to(p, 'back')] : [release, to(p, 'back')];
    }
    case 'finish':
      if (p.at === 'back' || p.at === 'let go') return [];
      return BEFORE_LEASE.includes(p.at) ? [to(p, 'back')] : [to(p, 'let go'), to(p, 'back')];
    case 'aggregate':
    case 'callback':
    case 'dead':
      return p.at === 'back' ? [] : [to(p, 'back')];
    // What it was to store is written again with the rest.
    case 'store':
    case 'start':
    case 'close':
    case 'sweep':
    case 'expire':
      return [fail(() => end(w, p))];
  }
}

const BEFORE_LEASE: readonly Finisher['at'][] = ['read root', 'lease', 'read status'];

/** Where a forwarder's message has nothing of its own under way. */
const AT_REST: readonly Forwarder['at'][] = ['released', 'grouped', 'suspect', 'copy', 'back'];

function forwarderFailures(w: World, p: Forwarder, fail: (run: () => void, lost?: boolean) => Failure): Failure[] {
  // While it stores, a failure of another of its calls changes nothing before that has ended.
  if (AT_REST.includes(p.at) || isStoring(w, p)) return [];
  const leaveMark = () => {
    p.mark = null;
    p.at = 'mark';
    failForwarder(w, p);
  };
  switch (p.at) {
    // The answer to setting a mark is lost, or ending it fails as well: it stays until its time is up. Two such outages inside the same
    // child's lone calls are taken for its crashes: that price is known.
    case 'call marked':
      return [fail(() => failForwarder(w, p)), fail(leaveMark, true)];
    case 'end mark':
      return [fail(leaveMark, true)];
    default:
      return [fail(() => failForwarder(w, p))];
  }
}
