import * as z from 'zod';
import type { Cap } from '../../domain/gate/cap.ts';
import { type EndpointState, NEW_ENDPOINT } from '../../domain/gate/endpoint-state.ts';
import type { LimitsByHand } from '../../domain/gate/limits.ts';
import type { Sharer, Shares } from '../../domain/gate/shares.ts';
import type { Budget, GateStore } from '../../ports/gate-store.ts';
import { type Item, N, numberOf, S, stringOf } from './attributes.ts';
import { absent, all, any, atLeast, below, type Condition, differs, equals } from './conditions.ts';
import type { ItemTable, Update } from './item-table.ts';

const byHand = z.object({
  inFlight: z.number().optional(),
  ratePerSecond: z.number().optional(),
  waiting: z.number().optional(),
  until: z.number().nullable(),
  revision: z.number(),
});

const sharer = z.object({
  forwarders: z.number(),
  callMs: z.number(),
  turn: z.number(),
  since: z.number(),
  until: z.number(),
});

/** How near an instant is to what was read of it. */
const READ_WITHIN_MS = 0.001;

/** Before the name of a budget, in the name of the attribute with its limits by hand. */
const BY_HAND = 'hand#';
/** Before the name of a budget, in the names of the attributes with its pipelines at work and the turn of the last that said so. */
const SHARER = 'sharer#';
const TURN = 'turn#';

/** Names of what a pipeline shares with others. */
export interface GateNames {
  readonly endpoint: string;
  readonly budget: string;
}

export const endpointKey = ({ endpoint }: GateNames): string => `E#${endpoint}`;
export const budgetKey = ({ budget }: GateNames): string => `R#${budget}`;

/** An endpoint's item and a budget's, on any table. */
export function gateStore(table: ItemTable, names: GateNames): GateStore {
  const endpoint = { pk: endpointKey(names), sk: 'GATE' };
  const budget = { pk: budgetKey(names), sk: 'BUDGET' };

  const sharers = `${SHARER}${names.budget}#`;
  const turn = `${TURN}${names.budget}`;
  const state = (item: Item): EndpointState => stateOf(item, sharesOf(item, turn, sharers));

  const update = async (change: Update): Promise<EndpointState | null> => {
    const item = await table.update(endpoint, change);
    return item && state(item);
  };

  return {
    async read() {
      return state((await table.get(endpoint)) ?? {});
    },

    async begin() {
      return state((await table.update(endpoint, { add: { invocations: N(1) } })) ?? {});
    },

    change: (read, { shutUntil, level, failingFor, cap }) =>
      update({
        set: {
          shutUntil: N(shutUntil),
          level: N(level),
          ...(failingFor !== null && { failingFor: S(failingFor) }),
          ...capItem(cap),
        },
        add: { version: N(1) },
        remove: [
          ...(failingFor === null ? ['failingFor'] : []),
          ...(cap === null ? CAP : cap.cutAt === null ? ['cutAt'] : []),
        ],
        condition: isOrNew('version', read.version),
      }),

    shut: (until) =>
      update({
        set: { shutUntil: N(until) },
        // So that no change made of an older reading opens it again.
        add: { version: N(1) },
        condition: any(absent('shutUntil'), below('shutUntil', until)),
      }),

    renew: (cap, now) => update({ set: { renewed: N(now) }, condition: equals('renewed', cap.renewed) }),

    join: (read, pipeline, said) =>
      update({
        set: { [`${sharers}${pipeline}`]: S(JSON.stringify(sharer.parse(said))) },
        add: { [turn]: N(1) },
        condition: isOrNew(turn, read.turn),
      }),

    async setByHand(limits) {
      const name = `${BY_HAND}${names.budget}`;
      return state((await table.update(endpoint, { set: { [name]: S(JSON.stringify(byHand.parse(limits))) } })) ?? {});
    },

    async open() {
      return state((await table.update(endpoint, OPENING)) ?? {});
    },

    async meet(address) {
      await table.update(endpoint, {
        ...OPENING,
        set: { address: S(address) },
        condition: differs('address', address),
      });
    },

    async readBudget() {
      return budgetOf((await table.get(budget)) ?? {});
    },

    async buy({ ms, floor, from, latest, rate, revision }) {
      const isOfRate = [equals('perSecond', rate.perSecond), equals('revision', revision)];
      const item = await table.update(
        budget,
        from === 'next'
          ? { add: { next: N(ms) }, condition: all(...isOfRate, atLeast('next', floor), below('next', latest)) }
          : { set: { next: N(floor + ms) }, condition: all(...isOfRate, below('next', floor)) },
      );
      return item && budgetOf(item);
    },

    async changeRate(read, { next, perSecond, revision }) {
      const item = await table.update(budget, {
        set: { next: N(next), perSecond: N(perSecond), revision: N(revision) },
        condition:
          read.perSecond === 0
            ? absent('perSecond')
            : all(
                equals('perSecond', read.perSecond),
                equals('revision', read.revision),
                // A purchase made meanwhile must not be made again. The table adds up in decimals, of which the number that was
                // read has the first 17 digits: far closer than two purchases are.
                atLeast('next', read.next - READ_WITHIN_MS),
                below('next', read.next + READ_WITHIN_MS),
              ),
      });
      return item && budgetOf(item);
    },
  };
}

const CAP = ['capSize', 'capSince', 'cutAt', 'renewed'] as const;

/** Opens an endpoint, whatever shut it. */
const OPENING: Update = { remove: ['shutUntil', 'level', 'failingFor', ...CAP], add: { version: N(1) } };

function capItem(cap: Cap | null): Item {
  if (cap === null) return {};
  const { size, since, cutAt, renewed } = cap;
  return { capSize: N(size), capSince: N(since), renewed: N(renewed), ...(cutAt !== null && { cutAt: N(cutAt) }) };
}

function isOrNew(name: string, value: number): Condition {
  return value === 0 ? any(absent(name), equals(name, 0)) : equals(name, value);
}

function stateOf(item: Item, shares: Shares): EndpointState {
  return {
    shutUntil: numberOf(item, 'shutUntil') ?? NEW_ENDPOINT.shutUntil,
    level: numberOf(item, 'level') ?? NEW_ENDPOINT.level,
    failingFor: stringOf(item, 'failingFor'),
    cap: capOf(item),
    version: numberOf(item, 'version') ?? NEW_ENDPOINT.version,
    invocations: numberOf(item, 'invocations') ?? NEW_ENDPOINT.invocations,
    byHand: byHandOf(item),
    shares,
  };
}

function capOf(item: Item): Cap | null {
  const size = numberOf(item, 'capSize');
  if (size === null) return null;
  return {
    size,
    since: numberOf(item, 'capSince') ?? 0,
    cutAt: numberOf(item, 'cutAt'),
    renewed: numberOf(item, 'renewed') ?? 0,
  };
}

function byHandOf(item: Item): ReadonlyMap<string, LimitsByHand> {
  const names = Object.keys(item).filter((name) => name.startsWith(BY_HAND));
  if (names.length === 0) return NEW_ENDPOINT.byHand;
  return new Map(
    names.map((name) => [name.slice(BY_HAND.length), byHand.parse(JSON.parse(stringOf(item, name) ?? '{}'))]),
  );
}

function sharesOf(item: Item, turn: string, prefix: string): Shares {
  const count = numberOf(item, turn);
  // Nobody shares most budgets.
  if (count === null) return NEW_ENDPOINT.shares;
  const names = Object.keys(item).filter((name) => name.startsWith(prefix));
  const of = names.map((name): [string, Sharer] => [
    name.slice(prefix.length),
    sharer.parse(JSON.parse(stringOf(item, name) ?? '{}')),
  ]);
  return { turn: count, of: new Map(of) };
}

function budgetOf(item: Item): Budget {
  return {
    next: numberOf(item, 'next') ?? 0,
    perSecond: numberOf(item, 'perSecond') ?? 0,
    revision: numberOf(item, 'revision') ?? 0,
  };
}
