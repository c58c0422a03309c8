/**
 * What forwarders share of an endpoint and a budget, and what each of them knows, in one state. The clock stands at 0: as it goes on,
 * all times move back (milliseconds).
 */
export interface GateWorld {
  endpoint: Endpoint;
  budget: Budget;
  forwarders: Forwarder[];
  /** Calls still to be made. */
  left: number;
  may: Partial<Record<Fault, number>>;
  ghost: Ghost;
}

/** What may go wrong, or be asked from outside. */
export type Fault =
  /** The service answers `Retry-After`. */
  | 'pressure'
  /** A call fails, the last of those that open the breaker. */
  | 'failure'
  /** Somebody opens the endpoint. */
  | 'open'
  /** The table doesn't take a call, or its answer is lost. */
  | 'refusal';

export interface Endpoint {
  shutUntil: number;
  level: number;
  cutAt: number | null;
  version: number;
  /** Which of the scene's rates is set. */
  revision: number;
}

export interface Budget {
  next: number;
  /** Which of the scene's rates `next` goes by; -1 before the first purchase. */
  revision: number;
}

export interface Forwarder {
  known: Endpoint;
  readAt: number;
  /** When its last write was answered. */
  writtenAt: number;
  /** Until when it is shut by writes of its own that failed. */
  told: number;
  reading: Reading | null;
  writes: Write[];
  call: { began: number } | null;
  bought: Instant[];
  /** The budget's next instant, as last seen. */
  next: number;
  purchase: Purchase | null;
}

export interface Reading {
  sent: number;
  answer: Endpoint;
  /** The endpoint is read once more behind it: what was refused came later. */
  again: boolean;
}

export interface Write {
  sent: number;
  do: { shut: number } | { read: number; change: Pick<Endpoint, 'shutUntil' | 'level' | 'cutAt'> };
  answer: Endpoint | 'refused' | null;
  /** It was refused, and what refused it is being read. */
  isOver: boolean;
}

/** When a call may begin, and which change of the rate it was bought behind. */
export type Instant = [at: number, epoch: number];

export interface Purchase {
  sent: number;
  do: { buy: { floor: number; from: 'next' | 'floor' } } | { read: true } | { read: Budget; change: number };
  /** Of the rate that it wants. */
  revision: number;
  answer: (Budget & { epoch: number }) | 'refused' | null;
}

/** What no forwarder knows, kept to be checked. */
export interface Ghost {
  wrong: string | null;
  /** Changes of the rate. */
  epoch: number;
  sold: { instant: Instant; to: number; used: boolean }[];
  /** Epochs of the calls that began in this second. */
  began: number[];
  /** Since when the table has said so, and until when no call begins. */
  shuts: [since: number, until: number][];
  /** By forwarder: until when its service told it to wait. */
  told: number[];
}

/** So long ago that nothing asks how long. */
export const LONG_AGO = -4_000;
/** No floor of a purchase that is under way lies before, where a burst is one call. */
const NOT_BOUGHT = -3_000;
const OPEN: Endpoint = { shutUntil: 0, level: 0, cutAt: null, version: 0, revision: 0 };

/** How a world begins: its breaker has opened so often, and perhaps somebody has bought instants before. */
export interface Beginning {
  readonly forwarders: number;
  readonly calls: number;
  readonly level: number;
  readonly isBought: boolean;
  /** Which of the rates somebody has set: the first forwarder has read it, and the others will learn of it. */
  readonly revision: number;
  readonly may: GateWorld['may'];
}

export function newWorld({ forwarders, calls, level, isBought, revision, may }: Beginning): GateWorld {
  const endpoint = { ...OPEN, level, cutAt: level === 0 ? null : -1_000 };
  return {
    endpoint: { ...endpoint, revision },
    budget: { next: isBought ? 0 : NOT_BOUGHT, revision: isBought ? 0 : -1 },
    forwarders: Array.from({ length: forwarders }, (_, i) => ({
      known: { ...endpoint, revision: i === 0 ? revision : 0 },
      readAt: 0,
      writtenAt: LONG_AGO,
      told: 0,
      reading: null,
      writes: [],
      call: null,
      bought: [],
      next: NOT_BOUGHT,
      purchase: null,
    })),
    left: calls,
    may: { ...may },
    ghost: {
      wrong: null,
      epoch: 0,
      sold: [],
      began: [],
      shuts: [],
      told: Array.from({ length: forwarders }, () => 0),
    },
  };
}

export function spend(w: GateWorld, what: Fault): void {
  const left = (w.may[what] ?? 0) - 1;
  if (left > 0) w.may[what] = left;
  else delete w.may[what];
}

/** Moves all times by so many milliseconds; those that lie long ago, or say no more than *open*, are one. */
export function moveTimes(w: GateWorld, ms: number): void {
  const past = (time: number) => Math.max(LONG_AGO, time + ms);
  const next = (time: number) => Math.max(NOT_BOUGHT, time + ms);
  const until = (time: number) => Math.max(0, time + ms);
  const endpoint = (of: Pick<Endpoint, 'shutUntil' | 'cutAt'>) => {
    of.shutUntil = until(of.shutUntil);
    if (of.cutAt !== null) of.cutAt = past(of.cutAt);
  };
  const budget = (of: { next: number }) => {
    of.next = next(of.next);
  };
  endpoint(w.endpoint);
  budget(w.budget);
  for (const f of w.forwarders) {
    endpoint(f.known);
    f.readAt = past(f.readAt);
    f.writtenAt = past(f.writtenAt);
    f.told = until(f.told);
    f.next = next(f.next);
    if (f.call) f.call.began += ms;
    if (f.reading) {
      f.reading.sent += ms;
      endpoint(f.reading.answer);
    }
    for (const write of f.writes) {
      write.sent += ms;
      if ('shut' in write.do) write.do.shut += ms;
      else endpoint(write.do.change);
      if (write.answer !== null && write.answer !== 'refused') endpoint(write.answer);
    }
    for (const instant of f.bought) instant[0] += ms;
    if (f.purchase) {
      const { purchase } = f;
      purchase.sent += ms;
      if ('buy' in purchase.do) purchase.do.buy.floor += ms;
      else if ('change' in purchase.do) {
        budget(purchase.do.read);
        purchase.do.change = next(purchase.do.change);
      }
      if (purchase.answer !== null && purchase.answer !== 'refused') budget(purchase.answer);
    }
  }
  const { ghost } = w;
  for (const { instant } of ghost.sold) instant[0] += ms;
  ghost.sold = ghost.sold.filter(({ instant: [at] }) => at > LONG_AGO);
  ghost.shuts = ghost.shuts
    .map(([since, end]): [number, number] => [past(since), end + ms])
    .filter(([, end]) => end > 0);
  ghost.told = ghost.told.map(until);
}
