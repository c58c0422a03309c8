/**
 * The adaptive cap: how many calls an endpoint takes at once, as far as its answers have told. A cap is written seldom; what is in force
 * between two writes is a function of the clock, the same for every forwarder.
 */
export interface Cap {
  /** Calls in flight that it allowed at `since`. */
  readonly size: number;
  /** Epoch milliseconds, as all times here. */
  readonly since: number;
  /** The last cut; null before any pressure. */
  readonly cutAt: number | null;
  /** When a forwarder last said that calls go on. */
  readonly renewed: number;
}

/** A first cap lets a service that starts cold begin with few calls. */
const FIRST_SIZE = 16;
/** Before any pressure the cap doubles in this time: 512 calls after 1.25 s. */
const DOUBLES_MS = 250;
/** What pressure leaves of it. Half would cost a tenth of the throughput. */
const CUT = 0.8;
/** Calls that began no later than this after a cut may have been too many for the cap before it, and say nothing of the new one. */
const CUT_SETTLES_MS = 200;
/** After a cut it grows by a tenth a second, and by two at least. */
const GROWTH_PER_SECOND = 0.1;
const LEAST_GROWTH_PER_SECOND = 2;
const LINEAR_UP_TO = LEAST_GROWTH_PER_SECOND / GROWTH_PER_SECOND;
/** A cap that has stood above every limit for so long holds nobody back any more. */
const FORGOTTEN_MS = 60_000;
/** While calls go on, a cap is renewed about this often. */
const RENEWED_MS = 60_000;

/** The cap of an endpoint that nobody has called for a while. */
export function firstCap(now: number): Cap {
  return { size: FIRST_SIZE, since: now, cutAt: null, renewed: now };
}

/** Calls in flight that it allows now, a fraction included. */
export function capAt({ size, since, cutAt }: Cap, now: number): number {
  const ms = Math.max(0, now - since);
  if (cutAt === null) return size * 2 ** Math.min(ms / DOUBLES_MS, 60);
  const linear = Math.max(0, LINEAR_UP_TO - size) / LEAST_GROWTH_PER_SECOND;
  const seconds = ms / 1_000;
  if (seconds <= linear) return size + LEAST_GROWTH_PER_SECOND * seconds;
  return Math.max(size, LINEAR_UP_TO) * Math.exp(Math.min(GROWTH_PER_SECOND * (seconds - linear), 60));
}

/** Whether pressure on a call that began at `began` cuts it. */
export function mayCut({ cutAt }: Cap, began: number): boolean {
  return cutAt === null || began > cutAt + CUT_SETTLES_MS;
}

/**
 * The cap after pressure.
 * @param most what was in force at most, whatever the cap allowed
 */
export function cut(cap: Cap, most: number, now: number): Cap {
  return { size: Math.max(1, CUT * Math.min(capAt(cap, now), most)), since: now, cutAt: now, renewed: now };
}

/** One call at a time, from `since` on: what an endpoint that was shut is tried with. */
export function probing(since: number, now: number): Cap {
  return { size: 1, since, cutAt: now, renewed: now };
}

/** Pressure holds nobody back any more: for a minute the cap has allowed more than the limit. */
export function isForgotten(cap: Cap, most: number, now: number): boolean {
  const then = now - FORGOTTEN_MS;
  return cap.cutAt === null ? capAt(cap, now) >= most : then >= cap.since && capAt(cap, then) > most;
}

/**
 * Nobody has called for a minute or more, so that the service may have gone cold.
 * A cap in use is renewed after one to one and a half minutes: see {@link isDueForRenewal}.
 */
export function isIdle({ renewed }: Cap, now: number): boolean {
  return now - renewed > 2 * RENEWED_MS;
}

/** @param chance 0 ≤ x < 1, each forwarder's own: one of them mostly writes before the others would */
export function isDueForRenewal({ renewed }: Cap, chance: number, now: number): boolean {
  return now - renewed > RENEWED_MS * (1 + chance / 2);
}
