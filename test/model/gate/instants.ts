import { floorOf, instantsBefore, isLost, type Rate } from '../../../shared/domain/gate/rate.ts';
import type { Step } from '../steps.ts';
import { refresh, refusal, shutUntilOf } from './endpoint.ts';
import { type Rules, rateOf, writeBudget } from './table.ts';
import type { Forwarder, GateWorld, Instant, Purchase } from './world.ts';

/** How a forwarder buys instants: shared/calling/instants.ts, a step at a time. */

/** No instant is bought that lies further ahead: the code's reach, made small. */
const REACH_MS = 3_000;

/** The first instant that it may still use. */
export function firstInstant(f: Forwarder, rules: Rules, rate: Rate): Instant | undefined {
  const shutUntil = shutUntilOf(f, rules);
  return f.bought.find(([at]) => isUsable(at, rules, rate) && (at >= shutUntil || shutUntil === 0));
}

function isUsable(at: number, { bug }: Rules, rate: Rate): boolean {
  return !isLost(at, rate, 0) || bug === 'lost instants used';
}

/** Those that are lost are like none. */
export function forgetLost(f: Forwarder, rules: Rules): void {
  const rate = rateOf(rules, f.known.revision);
  f.bought = rate === null ? [] : f.bought.filter(([at]) => isUsable(at, rules, rate));
}

export function purchaseSteps(w: GateWorld, rules: Rules, f: Forwarder, by: number, isWanted: boolean): Step[] {
  const { purchase } = f;
  if (purchase === null) {
    const rate = rateOf(rules, f.known.revision);
    if (!isWanted || rate === null || f.next > REACH_MS || firstInstant(f, rules, rate)) return [];
    return [{ name: 'buy instants', run: () => buy(f, rules, f.known.revision, rate) }];
  }
  const { answer, revision } = purchase;
  if (answer === null) {
    const done: Step = { name: `table: ${nameOf(purchase)}`, run: () => writeBudget(w, rules, by, purchase) };
    return [done, ...refusal(w, `not ${nameOf(purchase)}`, () => (f.purchase = null))];
  }
  const rate = rateOf(rules, revision);
  if (rate === null) return [];
  if ('buy' in purchase.do) {
    if (answer === 'refused') {
      const readAnew = () => {
        f.purchase = { sent: 0, do: { read: true }, revision, answer: { ...w.budget, epoch: w.ghost.epoch } };
      };
      return [{ name: 'hear that nothing was bought', run: readAnew }];
    }
    const hear = () => {
      const next = rules.bug === 'instants of what it knew' ? f.next + 1_000 * rules.count : answer.next;
      f.next = answer.next;
      f.purchase = null;
      // Meanwhile it may have learned of another rate.
      if (f.known.revision === revision) keep(f, rules, rate, next, answer.epoch);
    };
    return [{ name: 'hear of a purchase', run: hear }];
  }
  if ('change' in purchase.do) {
    const { change } = purchase.do;
    const hear = () => {
      f.next = change;
      buy(f, rules, revision, rate);
    };
    return [{ name: answer === 'refused' ? 'hear of no change' : 'hear of a change', run: hear }];
  }
  return answer === 'refused'
    ? []
    : [{ name: 'hear of the budget', run: () => goOn(w, f, rules, rate, purchase, answer) }];
}

/** Behind a purchase that was refused: once more, at another rate, or with what holds by now. */
function goOn(
  w: GateWorld,
  f: Forwarder,
  rules: Rules,
  rate: Rate,
  { revision }: Purchase,
  read: { next: number; revision: number },
) {
  f.next = read.next;
  if (read.revision > revision) {
    f.purchase = null;
    refresh(w, f);
  } else if (read.revision === revision) {
    if (read.next >= REACH_MS) f.purchase = null;
    else buy(f, rules, revision, rate);
  } else {
    const { next } = read;
    const change = Math.min(next, 1_000);
    f.purchase = { sent: 0, do: { read: { next, revision: read.revision }, change }, revision, answer: null };
  }
}

function buy(f: Forwarder, rules: Rules, revision: number, rate: Rate): void {
  const floor = floorOf(rate, shutUntilOf(f, rules), 0);
  const from = f.next >= floor ? 'next' : 'floor';
  f.purchase = { sent: 0, do: { buy: { floor, from } }, revision, answer: null };
}

function keep(f: Forwarder, { count }: Rules, rate: Rate, next: number, epoch: number): void {
  f.bought.push(...instantsBefore(next, count, rate).map((at): Instant => [at, epoch]));
}

function nameOf({ do: what }: Purchase): string {
  if ('buy' in what) return 'instants bought';
  return 'change' in what ? 'rate changed' : 'budget read';
}
