/**
 * Pipelines that share a budget divide its calls in flight by the forwarders of those at work. Each says so in the endpoint's item before its
 * first call, and every minute again.
 */
export interface Sharer {
  /** Invocations that it may run at once. */
  readonly forwarders: number;
  /** How long one of its calls takes at most. */
  readonly callMs: number;
  /** Which of the writes to the item began its time. */
  readonly turn: number;
  /** When its time began, epoch milliseconds as `until`. */
  readonly since: number;
  /** None of its calls ends behind, unless it says so again. */
  readonly until: number;
}

/** The pipelines of a budget, as an endpoint's item has them. */
export interface Shares {
  /** Raised with each write, so that no two pipelines begin by the same reading. */
  readonly turn: number;
  /** By pipeline. */
  readonly of: ReadonlyMap<string, Sharer>;
}

/** What a pipeline says of itself. */
export interface OwnShare extends Pick<Sharer, 'forwarders' | 'callMs'> {
  readonly pipeline: string;
}

/** A pipeline that says nothing more counts for so long, and the calls it began meanwhile. */
const COUNTS_MS = 120_000;
/** Those at work say so about this often. */
const RENEWED_MS = 60_000;
/** No forwarder calls by what it read longer ago than 3 s; a write may be under way for as long. */
const ALL_KNOW_MS = 6_000;

/** Invocations that all pipelines at work may run at once. */
export function forwardersSharing({ of }: Shares, own: OwnShare, now: number): number {
  let sum = own.forwarders;
  for (const [pipeline, { forwarders, until }] of of)
    if (pipeline !== own.pipeline && isCounted(until, now)) sum += forwarders;
  return sum;
}

/**
 * When the pipeline may begin to call: once those that were at work before it know of it, and the calls that they had open then have
 * ended. Null where it isn't counted, or not for as long as a call that begins now may take.
 */
export function joinsAt({ of }: Shares, own: OwnShare, now: number): number | null {
  const mine = of.get(own.pipeline);
  const isOfOwn = mine && mine.forwarders >= own.forwarders && mine.callMs >= own.callMs;
  if (!isOfOwn || now + own.callMs > mine.until) return null;
  let longest = Number.NEGATIVE_INFINITY;
  for (const { turn, callMs, until } of of.values())
    if (turn < mine.turn && isCounted(until, now)) longest = Math.max(longest, callMs);
  return longest < 0 ? mine.since : mine.since + ALL_KNOW_MS + longest;
}

/** @param chance 0 ≤ x < 1, each forwarder's own: one of them mostly writes before the others would */
export function isShareDue(shares: Shares, own: OwnShare, chance: number, now: number): boolean {
  const mine = shares.of.get(own.pipeline);
  if (!mine || joinsAt(shares, own, now) === null) return true;
  return mine.until - now - own.callMs < RENEWED_MS * (1 - chance / 2);
}

/** What the pipeline says now: one that still counts goes on, another begins anew. */
export function shareAt(shares: Shares, own: OwnShare, now: number): Sharer {
  const { forwarders, callMs, pipeline } = own;
  const mine = shares.of.get(pipeline);
  const begins = joinsAt(shares, own, now) === null || !mine;
  const { turn, since } = begins ? { turn: shares.turn + 1, since: now } : mine;
  return { forwarders, callMs, turn, since, until: now + COUNTS_MS + callMs };
}

/** Clocks differ, and others read a little earlier what it goes by. */
function isCounted(until: number, now: number): boolean {
  return now < until + ALL_KNOW_MS;
}
