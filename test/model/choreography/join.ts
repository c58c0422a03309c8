import { arrive, type Join, NEW_JOIN, timeOut } from '../../../shared/domain/choreography/join.ts';
import type { Model } from '../explore.ts';
import type { Step } from '../steps.ts';
import { begin, drop, type Hand, type KitWorld, modelOf, send } from './kit.ts';

/** One join, by the decisions of the code. A branch's call is put if absent by its id: that it then ends once is what the calls' model shows. */
export interface JoinWorld extends KitWorld<'event' | 'time-out'> {
  join: Join | null;
  /** It stands in the index, to be looked at when its time is over. */
  isListed: boolean;
  isDue: boolean;
  /** Branches that were called, with the events that they were given. */
  calls: Record<string, string[]>;
}

export const JOIN_BUGS = {
  'added although closed': 'an event joins whatever the time-out decided',
  'closed as read before': 'the time-out reads what came, then closes without a condition',
  'whoever is first': 'both branches put a call of one id, and an event may join behind the time-out',
  'closed although full': 'the time-out closes a join that is full',
  'filled once': 'only the event that fills the join calls the joined branch',
  'the second is the first': 'another event of a type that is there is taken for it',
} as const;
export type JoinBug = keyof typeof JOIN_BUGS;

export interface JoinScene {
  readonly types: readonly string[];
  /** Types of which no event comes, and of which two do. */
  readonly never?: readonly string[];
  readonly twice?: readonly string[];
  readonly left: JoinWorld['left'];
  readonly isSwept?: boolean;
  /** Events in hands at once. */
  readonly most?: number;
}

export function joinModel(scene: JoinScene, bug: JoinBug | null = null): Model<JoinWorld> {
  const { types, never = [], twice = [], left, isSwept = true } = scene;
  const events = [
    ...types.filter((type) => !never.includes(type)).map((type) => `${type}1`),
    ...twice.map((type) => `${type}2`),
  ];
  const initial: JoinWorld = {
    ...{ join: null, isListed: false, isDue: false, calls: {} },
    ...{ queue: [], hands: [], left: { ...left }, wrong: null },
  };
  for (const event of events) send(initial, 'event', event);
  return modelOf<'event' | 'time-out', JoinWorld>({
    initial,
    most: scene.most ?? 2,
    steps: (w, hand) => (hand.kind === 'event' ? eventSteps(w, hand, types, bug) : timeOutSteps(w, hand, types, bug)),
    others: (w) => (isSwept ? sweeps(w) : []),
    broken: ({ calls }) => (calls.joined && calls['timed-out'] ? 'joined and timed out' : null),
    wrongAtRest: (w) => (w.isListed ? null : unmet(w, events)),
    ended: ({ join, isListed }) => join !== null && !isListed,
  });
}

function sweeps(w: JoinWorld): Step[] {
  const steps: Step[] = [];
  if (w.join && !w.isDue) steps.push({ name: 'its time is over', run: () => (w.isDue = true) });
  if (w.isDue && w.isListed && w.hands.filter(({ kind }) => kind === 'time-out').length < 2)
    steps.push({ name: 'a sweep finds it', run: () => begin(w, 'time-out', '', 'begin') });
  return steps;
}

function eventSteps(
  w: JoinWorld,
  hand: Hand<'event' | 'time-out'>,
  types: readonly string[],
  bug: JoinBug | null,
): Step[] {
  const event = hand.of;
  const type = event.slice(0, 1);
  switch (hand.at) {
    case 'begin':
      return [{ name: `${event} comes`, run: () => decide() }];
    case 'call':
      return [{ name: `${event} calls ${hand.plan}`, run: () => call() }];
    case 'unlist':
      return [{ name: `${event} takes it out of the index`, run: () => unlist() }];
    default:
      return [{ name: `${event} is deleted`, run: () => drop(w, hand) }];
  }
  function decide(): void {
    const before = w.join ?? NEW_JOIN;
    if (w.join === null) w.isListed = true;
    const isBlind = bug === 'added although closed' || bug === 'whoever is first';
    const wasFull = types.every((each) => before.arrived[each] !== undefined);
    const { join, arrival } = arrive(isBlind ? { ...before, isClosed: false } : before, types, { type, event });
    w.join = { ...join, isClosed: before.isClosed };
    hand.plan = arrival === 'late' || arrival === 'duplicate' ? `${arrival} ${event}` : arrival;
    if (arrival === 'joined' && bug === 'added although closed' && before.isClosed) hand.plan = 'waits';
    if (arrival === 'joined' && bug === 'filled once' && wasFull) hand.plan = 'waits';
    if (arrival === 'duplicate' && bug === 'the second is the first') hand.plan = 'waits';
    hand.at = hand.plan === 'waits' ? 'delete' : 'call';
  }
  function call(): void {
    const isJoined = hand.plan === 'joined';
    const id = isJoined && bug === 'whoever is first' ? 'one' : hand.plan;
    w.calls[id] ??= isJoined ? Object.values(w.join?.arrived ?? {}).sort() : [event];
    hand.at = isJoined ? 'unlist' : 'delete';
  }
  function unlist(): void {
    w.isListed = false;
    hand.at = 'delete';
  }
}

function timeOutSteps(
  w: JoinWorld,
  hand: Hand<'event' | 'time-out'>,
  types: readonly string[],
  bug: JoinBug | null,
): Step[] {
  switch (hand.at) {
    case 'begin':
      return [{ name: 'the join is closed, unless it is full', run: () => decide() }];
    case 'close':
      return [{ name: 'the join is closed', run: () => close() }];
    case 'call':
      return [{ name: `the sweep calls ${hand.plan}`, run: () => call() }];
    default:
      return [{ name: 'the sweep takes it out of the index', run: () => unlist() }];
  }
  function decide(): void {
    if (!w.join || !w.isListed) {
      drop(w, hand);
      return;
    }
    if (bug === 'closed as read before') {
      hand.plan = JSON.stringify(w.join.arrived);
      hand.at = 'close';
      return;
    }
    const { join, branch } = timeOut(w.join, bug === 'closed although full' ? [...types, 'none'] : types);
    w.join = join;
    hand.plan = bug === 'whoever is first' ? 'one' : branch;
    hand.at = 'call';
  }
  function close(): void {
    if (!w.join) return;
    w.join = { ...w.join, isClosed: true };
    w.calls['timed-out'] ??= Object.values<string>(JSON.parse(hand.plan)).sort();
    hand.at = 'unlist';
  }
  function call(): void {
    w.calls[hand.plan] ??= Object.values(w.join?.arrived ?? {}).sort();
    hand.at = 'unlist';
  }
  function unlist(): void {
    w.isListed = false;
    drop(w, hand);
  }
}

/** Each event must be in exactly one branch, and the second of a type in none but be said to be one. */
function unmet({ calls, join }: JoinWorld, events: readonly string[]): string | null {
  if (!join) return null;
  if (!calls.joined && !calls['timed-out'] && !calls.one) return 'neither joined nor timed out';
  for (const event of events) {
    const branches = Object.keys(calls).filter((id) => calls[id]?.includes(event));
    if (branches.length !== 1) return `${event} is in ${branches.join(' and ') || 'no branch'}`;
  }
  return null;
}
