import { instantsBefore, type Rate, spacingMs } from '../../../shared/domain/gate/rate.ts';
import type { GateBug } from './bugs.ts';
import type { Budget, Endpoint, GateWorld, Instant, Purchase, Write } from './world.ts';

/** A world's rules: the rates that are set one behind the other, none where calls begin freely. */
export interface Rules {
  readonly rates: readonly Rate[];
  /** Instants that are bought at once. */
  readonly count: number;
  /** What the service may answer. */
  readonly retryAfterMs: readonly number[];
  /** How old a reading is before the next; null where nothing changes at the endpoint, so that the first one holds. */
  readonly readEveryMs: number | null;
  readonly bug: GateBug | null;
}

export const rateOf = ({ rates }: Rules, revision: number): Rate | null => rates[revision] ?? null;

/** What the endpoint's item becomes, on the write's condition (shared/adapters/dynamodb/gate.ts); what is wrong with that is kept. */
export function writeEndpoint(w: GateWorld, { bug }: Rules, write: Write): void {
  const { endpoint } = w;
  if ('shut' in write.do) {
    const until = write.do.shut;
    const holds = endpoint.shutUntil < until || bug === 'a shorter shut';
    write.answer = holds ? become(w, { ...endpoint, shutUntil: Math.max(0, until) }) : 'refused';
    return;
  }
  const holds = write.do.read === endpoint.version || bug === 'change of an older reading';
  write.answer = holds ? become(w, { ...endpoint, ...write.do.change }) : 'refused';
}

/** Somebody opens it. */
export function openEndpoint(w: GateWorld): void {
  w.ghost.shuts = [];
  w.ghost.told = w.ghost.told.map(() => 0);
  w.endpoint = { ...w.endpoint, shutUntil: 0, level: 0, cutAt: null, version: w.endpoint.version + 1 };
}

function become(w: GateWorld, next: Endpoint): Endpoint {
  const { ghost, endpoint } = w;
  if (next.shutUntil < endpoint.shutUntil)
    ghost.wrong ??= `shut for ${endpoint.shutUntil} ms, now for ${next.shutUntil}`;
  if (next.level > endpoint.level + 1) ghost.wrong ??= `level ${endpoint.level} became ${next.level}`;
  if (next.shutUntil > endpoint.shutUntil) ghost.shuts.push([0, next.shutUntil]);
  w.endpoint = { ...next, version: endpoint.version + 1 };
  return { ...w.endpoint };
}

/** What the budget's item becomes, on the purchase's condition. */
export function writeBudget(w: GateWorld, rules: Rules, by: number, purchase: Purchase): void {
  const { budget, ghost } = w;
  const answer = (): Purchase['answer'] => ({ ...w.budget, epoch: ghost.epoch });
  if ('buy' in purchase.do) {
    const rate = rateOf(rules, purchase.revision);
    const next = rate && bought(budget, rules, purchase.revision, purchase.do.buy, rate);
    purchase.answer = 'refused';
    if (rate === null || next === null) return;
    const on = rules.count * spacingMs(rate);
    if (next < budget.next + on) ghost.wrong ??= `next moved on by ${next - budget.next} ms, for instants of ${on} ms`;
    w.budget = { ...budget, next };
    purchase.answer = answer();
    sell(w, instantsBefore(next, rules.count, rate), by);
  } else if ('change' in purchase.do) {
    const { read, change } = purchase.do;
    const isSame =
      read.revision === budget.revision && (read.next === budget.next || rules.bug === 'rate changed over a purchase');
    purchase.answer = 'refused';
    if (!isSame) return;
    const most = purchase.sent + 1_000;
    if (budget.revision >= 0 && change < Math.min(budget.next, most)) {
      ghost.wrong ??= `the new rate begins ${Math.min(budget.next, most) - change} ms before what was bought`;
    }
    ghost.epoch += 1;
    w.budget = { next: change, revision: purchase.revision };
    purchase.answer = answer();
  } else purchase.answer = answer();
}

function bought(
  budget: Budget,
  { count, bug }: Rules,
  revision: number,
  { floor, from }: { readonly floor: number; readonly from: 'next' | 'floor' },
  rate: Rate,
): number | null {
  const ms = count * spacingMs(rate);
  if (budget.revision !== revision) return null;
  if (from === 'next') return budget.next >= floor ? budget.next + ms : null;
  return budget.next < floor || bug === 'next moved back' ? floor + ms : null;
}

function sell({ ghost }: GateWorld, instants: readonly number[], to: number): void {
  for (const at of instants) {
    const instant: Instant = [at, ghost.epoch];
    if (ghost.sold.some((one) => isSame(one.instant, instant))) ghost.wrong ??= `an instant was sold twice`;
    ghost.sold.push({ instant, to, used: false });
  }
}

export const isSame = (a: Instant, b: Instant): boolean => a[0] === b[0] && a[1] === b[1];
