import { localTimeAt } from '../local-time.ts';
import type { Rate } from './rate.ts';

/** What calls of a pipeline are held to. */
interface Figures {
  readonly inFlight?: number | undefined;
  readonly ratePerSecond?: number | undefined;
  readonly ratePerMinute?: number | undefined;
}

/** Other figures for a time of day, as clocks show it in a time zone. */
export interface Profile extends Figures {
  /** `HH:MM`; a profile whose end is not behind its beginning goes on over midnight. */
  readonly from: string;
  readonly to: string;
  readonly timeZone: string;
}

/** The part of a definition's `limits` that the gate holds. */
export interface DefinedLimits extends Figures {
  readonly inFlight: number;
  readonly waiting?: number | undefined;
  readonly burst: number;
  readonly profiles: readonly Profile[];
}

/** Limits that somebody has set by hand. */
export interface LimitsByHand {
  readonly inFlight?: number | undefined;
  readonly ratePerSecond?: number | undefined;
  readonly waiting?: number | undefined;
  /** When they end by themselves, epoch milliseconds; null where they stand until they are changed. */
  readonly until: number | null;
  /** Grows with each change. */
  readonly revision: number;
}

/** What holds at a moment. */
export interface LimitsInForce {
  readonly inFlight: number;
  readonly rate: Rate | null;
  /** Children that may wait for callbacks at once; null for any number. */
  readonly waiting: number | null;
  /** Of the limits set by hand that are known, in force or not: an older one is out of date. */
  readonly revision: number;
}

/** The most calls in flight that any time of day allows: what is deployed is sized for it. */
export function mostInFlight({
  inFlight,
  profiles = [],
}: {
  readonly inFlight: number;
  readonly profiles?: readonly Profile[];
}): number {
  return Math.max(inFlight, ...profiles.map((profile) => profile.inFlight ?? 0));
}

/** The name of a pipeline's budget: its own, or the one that it shares. No pipeline's name holds a `#`. */
export function budgetOf({
  name,
  limits,
}: {
  readonly name: string;
  readonly limits: { readonly sharedAs?: string | undefined };
}): string {
  return limits.sharedAs === undefined ? name : `shared#${limits.sharedAs}`;
}

/** What holds now: what was set by hand, before the time of day's, before the definition's own. */
export function limitsAt(defined: DefinedLimits, byHand: LimitsByHand | undefined, now: number): LimitsInForce {
  const set = byHand && (byHand.until === null || now < byHand.until) ? byHand : undefined;
  const profile = defined.profiles.find((each) => isInForce(each, now));
  const perSecond = set?.ratePerSecond ?? perSecondOf(profile) ?? perSecondOf(defined);
  return {
    inFlight: Math.min(set?.inFlight ?? profile?.inFlight ?? defined.inFlight, mostInFlight(defined)),
    waiting: set?.waiting ?? defined.waiting ?? null,
    rate: perSecond === undefined ? null : { perSecond, burst: defined.burst },
    revision: byHand?.revision ?? 0,
  };
}

function perSecondOf(figures: Figures | undefined): number | undefined {
  const { ratePerSecond, ratePerMinute } = figures ?? {};
  return ratePerSecond ?? (ratePerMinute === undefined ? undefined : ratePerMinute / 60);
}

function isInForce({ from, to, timeZone }: Profile, now: number): boolean {
  const minute = Math.floor(localTimeAt(timeZone, now) / 60_000) % 1_440;
  const [first, end] = [minuteOf(from), minuteOf(to)];
  return first < end ? first <= minute && minute < end : minute >= first || minute < end;
}

function minuteOf(time: string): number {
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  return hour * 60 + minute;
}
