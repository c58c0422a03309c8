import type { Actor, Model } from '../explore.ts';
import type { Step } from '../steps.ts';
import { answerSteps, isKnown, readingSteps, shutUntilOf, writeSteps } from './endpoint.ts';
import { firstInstant, forgetLost, purchaseSteps } from './instants.ts';
import { isSame, openEndpoint, type Rules, rateOf } from './table.ts';
import { type Beginning, type Forwarder, type GateWorld, LONG_AGO, moveTimes, newWorld, spend } from './world.ts';

const SECOND = 1_000;
/** A call, and one of the table's, takes so long at most. */
const UNDER_WAY_MS = SECOND;
/** The table says of each forwarder what it said no longer than this ago. */
const READ_HOLDS_MS = 3 * SECOND;

/** A few calls that two forwarders have to make, through one gate. */
export type GateScene = Beginning & Omit<Rules, 'bug'>;

export function gateModel(scene: GateScene, bug: Rules['bug'] = null): Model<GateWorld> {
  const rules: Rules = { ...scene, bug };
  return {
    initial: [newWorld(scene)],
    actors: (w) => (w.left === 0 ? [] : actorsOf(w, rules)),
    clone: (w) => JSON.parse(JSON.stringify(w)),
    canonical: (w) => canonical(w, rules),
    broken: ({ ghost }) => ghost.wrong,
    finished: ({ left }) => left === 0,
  };
}

function actorsOf(w: GateWorld, rules: Rules): Actor[] {
  return [
    ...w.forwarders.map((f, by) => actor(`forwarder ${by}`, () => forwarderSteps(w, rules, f, by))),
    actor('people', () => requests(w)),
    actor('time', () => timePasses(w)),
  ];
}

/** What nothing asks for any more is as if it had never been; and it doesn't matter which forwarder is which. */
function canonical(w: GateWorld, rules: Rules): void {
  for (const f of w.forwarders) {
    forgetLost(f, rules);
    if (rules.readEveryMs === null) f.readAt = 0;
    if (f.reading === null) f.writtenAt = LONG_AGO;
    if (f.known.level === 0) f.known.cutAt = null;
  }
  const { ghost } = w;
  ghost.sold = ghost.sold.filter(({ instant: [at] }) => at > -3 * SECOND);
  const [first, second] = w.forwarders;
  if (!first || !second || JSON.stringify([first, ghost.told[0]]) <= JSON.stringify([second, ghost.told[1]])) return;
  w.forwarders.reverse();
  ghost.told.reverse();
  for (const sold of ghost.sold) sold.to = 1 - sold.to;
}

function actor(who: string, steps: () => readonly Step[]): Actor {
  return { who: () => who, actions: () => steps().map(({ name, fault, run }) => ({ name, run, quiet: !fault })) };
}

function forwarderSteps(w: GateWorld, rules: Rules, f: Forwarder, by: number): Step[] {
  const open = w.forwarders.filter(({ call }) => call !== null).length;
  const isWaiting = f.call === null && w.left > open;
  const isOpen = isWaiting && isKnown(f, rules) && shutUntilOf(f, rules) <= 0;
  return [
    ...readingSteps(w, rules, f, isWaiting),
    ...writeSteps(w, rules, f),
    ...purchaseSteps(w, rules, f, by, isOpen),
    ...(isOpen ? beginSteps(w, rules, f, by) : []),
    ...(f.call ? answerSteps(w, rules, f, by, f.call.began) : []),
  ];
}

function beginSteps(w: GateWorld, rules: Rules, f: Forwarder, by: number): Step[] {
  const rate = rateOf(rules, f.known.revision);
  const instant = rate && firstInstant(f, rules, rate);
  if (rate !== null && (!instant || instant[0] > 0)) return [];
  const begin = () => {
    f.call = { began: 0 };
    w.ghost.wrong ??= wrongWith(w, by);
    if (rate === null || !instant) return;
    f.bought = f.bought.slice(f.bought.indexOf(instant) + 1);
    const { ghost } = w;
    const sold = ghost.sold.find((one) => isSame(one.instant, instant) && one.to === by && !one.used);
    if (sold) sold.used = true;
    else ghost.wrong ??= "a call began at an instant that wasn't bought for it";
    const [, epoch] = instant;
    ghost.began.push(epoch);
    const together = ghost.began.filter((other) => other === epoch).length;
    if (together > 1 + rate.burst) ghost.wrong ??= `${together} calls began in one second`;
  };
  return [{ name: 'begin a call', run: begin }];
}

/** None begins while the endpoint is shut: at once where its own service said so, by what the table said three seconds ago else. */
function wrongWith({ ghost }: GateWorld, by: number): string | null {
  if ((ghost.told[by] ?? 0) > 0) return 'a call began though its forwarder was told to wait';
  if (ghost.shuts.some(([since]) => -since > READ_HOLDS_MS)) return 'a call began though the endpoint was shut';
  return null;
}

function requests(w: GateWorld): Step[] {
  const steps: Step[] = [];
  if (w.may.open && w.endpoint.shutUntil > 0) {
    const run = () => {
      spend(w, 'open');
      openEndpoint(w);
    };
    steps.push({ name: 'open by hand', fault: true, run });
  }
  return steps;
}

/** A second passes, unless something under way would take too long. */
function timePasses(w: GateWorld): Step[] {
  const isSlow = w.forwarders.some(({ call, reading, writes, purchase }) =>
    [call?.began, reading?.sent, purchase?.sent, ...writes.map(({ sent }) => sent)].some(
      (began) => began !== undefined && -began >= UNDER_WAY_MS,
    ),
  );
  if (isSlow) return [];
  const pass = () => {
    moveTimes(w, -SECOND);
    w.ghost.began = [];
  };
  return [{ name: 'a second passes', run: pass }];
}
