import {
  arriveInOrder,
  newSession,
  passOn,
  type Session,
  type Stepped,
  skipGap,
} from '../../../shared/domain/choreography/session.ts';
import type { Model } from '../explore.ts';
import type { Step } from '../steps.ts';
import { begin, drop, type Hand, type KitWorld, modelOf, putBack, send, spend } from './kit.ts';

type Kind = 'event' | 'call' | 'gap';

/** A session's events and their calls, by the decisions of the code. Calls have marks, as their order must hold for those under way. */
export interface SessionWorld extends KitWorld<Kind> {
  session: Session;
  calls: Record<string, { outcome: 'succeeded' | 'late' | null; mark: 'live' | 'over' | null }>;
  /** The highest number of which a try has begun. */
  begun: number;
}

export const SESSION_BUGS = {
  'a gap is skipped blindly': 'the sweep reads the session, then moves it on without a condition',
  'skipped if the first is missing': 'the sweep moves on if the number that it read as missing still is',
  'late ones join': 'an event whose number was passed by is called all the same',
  'an outcome counts whoever brings it': 'a dawdler stores its success under the mark of another',
  'sent as it comes': 'an event is sent whatever is before it',
  'passed on once': 'who finds an outcome stored passes nothing on',
} as const;
export type SessionBug = keyof typeof SESSION_BUGS;

export interface SessionScene {
  readonly numbers: number;
  /** Numbers of which no event comes. */
  readonly never?: readonly number[];
  readonly left: SessionWorld['left'];
  readonly isSwept?: boolean;
  readonly most?: number;
}

export function sessionModel(scene: SessionScene, bug: SessionBug | null = null): Model<SessionWorld> {
  const { numbers, never = [], left, isSwept = true, most = 2 } = scene;
  const initial: SessionWorld = {
    ...{ session: newSession(), calls: {}, begun: 0 },
    ...{ queue: [], hands: [], left: { ...left }, wrong: null },
  };
  for (let k = 1; k <= numbers; k++) if (!never.includes(k)) send(initial, 'event', String(k));
  return modelOf<Kind, SessionWorld>({
    initial,
    most,
    steps: (w, hand) => {
      if (hand.kind === 'event') return eventSteps(w, hand, bug);
      return hand.kind === 'gap' ? gapSteps(w, hand, bug) : [...callSteps(w, hand, bug), ...dawdle(w, hand)];
    },
    others: (w) => [...marks(w), ...(isSwept ? sweeps(w) : [])],
    broken: () => null,
    wrongAtRest: () => null,
    ended: ({ session, calls }) =>
      session.arrived.length === 0 && Object.values(calls).every(({ outcome }) => outcome !== null),
  });
}

/** Of those that hold none any more. */
function marks(w: SessionWorld): Step[] {
  return Object.entries(w.calls).flatMap(([k, call]) => {
    const isHeld = w.hands.some(({ kind, of, holds }) => kind === 'call' && of === k && holds);
    if (call.mark !== 'live' || isHeld) return [];
    return [{ name: `the mark of ${k} runs out`, run: () => (call.mark = 'over') }];
  });
}

/** A session is in the index while something waits. Its gap times out once all is quiet, or at any time. */
function sweeps(w: SessionWorld): Step[] {
  const isQuiet = w.queue.length === 0 && w.hands.length === 0;
  if (w.session.arrived.length === 0 || w.hands.some(({ kind }) => kind === 'gap')) return [];
  if (!isQuiet && !w.left.early) return [];
  const run = () => {
    if (!isQuiet) spend(w, 'early');
    begin(w, 'gap', '', 'begin');
  };
  return [{ name: 'a sweep finds the session', fault: !isQuiet, run }];
}

function step(w: SessionWorld, hand: Hand<Kind>, { session, send: next }: Stepped): void {
  w.session = session;
  hand.plan = next === null ? '' : String(next);
  hand.at = next === null ? 'delete' : 'send';
}

function sendStep(w: SessionWorld, hand: Hand<Kind>): Step {
  const run = () => {
    send(w, 'call', hand.plan);
    hand.plan = '';
    hand.at = 'delete';
  };
  return { name: `${hand.plan} is sent`, run };
}

function eventSteps(w: SessionWorld, hand: Hand<Kind>, bug: SessionBug | null): Step[] {
  const k = hand.of;
  switch (hand.at) {
    case 'begin': {
      const run = () => {
        w.calls[k] ??= { outcome: null, mark: null };
        hand.at = 'arrive';
      };
      return [{ name: `the call of ${k} is put, held`, run }];
    }
    case 'arrive':
      return [{ name: `${k} arrives`, run: () => arrive(w, hand, bug) }];
    case 'late': {
      const run = () => {
        const call = w.calls[k];
        if (call && call.outcome === null && call.mark !== 'live') call.outcome = 'late';
        hand.at = 'delete';
      };
      return [{ name: `the call of ${k} ends as late`, run }];
    }
    case 'send':
      return [sendStep(w, hand)];
    default:
      return [{ name: `event ${k} is deleted`, run: () => drop(w, hand) }];
  }
}

function arrive(w: SessionWorld, hand: Hand<Kind>, bug: SessionBug | null): void {
  const k = Number(hand.of);
  const stepped = arriveInOrder(w.session, k);
  if (bug === 'sent as it comes' || (stepped === null && bug === 'late ones join')) {
    const { session } = stepped ?? w;
    step(w, hand, { session, send: w.calls[k]?.outcome ? null : k });
  } else if (stepped === null) hand.at = 'late';
  else step(w, hand, stepped);
}

function gapSteps(w: SessionWorld, hand: Hand<Kind>, bug: SessionBug | null): Step[] {
  switch (hand.at) {
    case 'begin': {
      const run = () => {
        hand.plan = JSON.stringify(w.session);
        hand.at = 'skip';
      };
      return [{ name: 'the sweep reads the session', run }];
    }
    case 'skip':
      return [{ name: 'the sweep moves it on, if it is as read', run: () => skip(w, hand, bug) }];
    case 'send':
      return [sendStep(w, hand)];
    default:
      return [{ name: 'the sweep ends', run: () => drop(w, hand) }];
  }
}

function skip(w: SessionWorld, hand: Hand<Kind>, bug: SessionBug | null): void {
  const read: Session = JSON.parse(hand.plan);
  const isAsRead = JSON.stringify(w.session) === hand.plan;
  const isStillMissing = w.session.next === read.next && !w.session.arrived.includes(read.next);
  if (bug === 'a gap is skipped blindly' || (bug === 'skipped if the first is missing' && isStillMissing)) {
    const { next } = skipGap(read).session;
    step(w, hand, { session: { ...w.session, next }, send: w.session.arrived.includes(next) ? next : null });
  } else if (isAsRead) step(w, hand, skipGap(w.session));
  else drop(w, hand);
}

function callSteps(w: SessionWorld, hand: Hand<Kind>, bug: SessionBug | null): Step[] {
  const k = hand.of;
  const call = w.calls[k];
  if (!call) return [];
  switch (hand.at) {
    case 'begin':
      return [{ name: `${k} is claimed`, run: () => claim(w, hand, bug) }];
    case 'try':
      return [{ name: `${k} is tried, or given back where its time is over`, run: () => tryIt(w, hand) }];
    case 'trying':
      return [{ name: `${k} is answered`, run: () => (hand.at = 'settle') }];
    case 'settle': {
      const run = () => {
        if (call.outcome !== null || !(hand.holds || bug === 'an outcome counts whoever brings it')) {
          drop(w, { ...hand });
          w.hands = w.hands.filter((each) => each !== hand);
          return;
        }
        if (hand.holds) call.mark = null;
        call.outcome = 'succeeded';
        hand.holds = false;
        hand.at = 'tell';
      };
      return [{ name: `the success of ${k} is stored under its mark`, run }];
    }
    case 'tell':
      return [{ name: `${k} is told: the session goes on`, run: () => step(w, hand, passOn(w.session, Number(k))) }];
    case 'send':
      return [sendStep(w, hand)];
    default:
      return [{ name: `message ${k} is deleted`, run: () => drop(w, hand) }];
  }
}

function claim(w: SessionWorld, hand: Hand<Kind>, bug: SessionBug | null): void {
  const call = w.calls[hand.of];
  if (!call) return;
  if (call.outcome !== null) hand.at = bug === 'passed on once' ? 'delete' : 'tell';
  else if (call.mark === 'live') putBack(w, hand);
  else {
    for (const other of w.hands) if (other.kind === 'call' && other.of === hand.of) other.holds = false;
    call.mark = hand.isLate ? 'over' : 'live';
    hand.holds = true;
    hand.at = 'try';
  }
}

function tryIt(w: SessionWorld, hand: Hand<Kind>): void {
  const k = Number(hand.of);
  const call = w.calls[k];
  if (hand.isLate) {
    if (hand.holds && call) call.mark = null;
    w.hands = w.hands.filter((each) => each !== hand);
    return;
  }
  const beside = w.hands.find(({ kind, at, of }) => kind === 'call' && at === 'trying' && Number(of) !== k);
  if (beside) w.wrong = `${k} is tried beside ${beside.of}`;
  if (k < w.begun) w.wrong = `${k} is tried behind ${w.begun}`;
  w.begun = Math.max(w.begun, k);
  hand.at = 'trying';
}

/** Its message comes back and its mark runs out, and it goes on all the same. A try itself ends before its mark. */
function dawdle(w: SessionWorld, hand: Hand<Kind>): Step[] {
  if (!w.left.dawdle || hand.isLate || hand.at === 'trying') return [];
  const run = () => {
    spend(w, 'dawdle');
    w.queue.push({ kind: hand.kind, of: hand.of, copy: hand.copy ?? 0 });
    hand.isLate = true;
    const call = w.calls[hand.of];
    if (hand.holds && call) call.mark = 'over';
  };
  return [{ name: 'it dawdles', fault: true, run }];
}
