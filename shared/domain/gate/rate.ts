/** A rate of calls, as one budget has it. */
export interface Rate {
  readonly perSecond: number;
  /** Calls that may be made up for after a pause. */
  readonly burst: number;
}

/** Instants keep this share of the rate, so that no second holds more than it. */
const USED = 0.98;
/** Instants that a forwarder buys at once cover its share of this time. */
const AHEAD_SECONDS = 0.5;
const MOST_AT_ONCE = 50;
/** A call that comes later than this to its instant has lost it. */
const LATE_MS = 40;

/** Milliseconds between two instants. */
export function spacingMs({ perSecond }: Rate): number {
  return 1_000 / (USED * perSecond);
}

/** Instants that one of so many forwarders buys at once. */
export function purchaseSize({ perSecond }: Rate, forwarders: number): number {
  return Math.min(MOST_AT_ONCE, Math.max(1, Math.floor((perSecond * AHEAD_SECONDS) / forwarders)));
}

/** No instant lies before: what wasn't used is lost, but for the burst. */
export function floorOf(rate: Rate, shutUntil: number, now: number): number {
  return Math.max(now - rate.burst * spacingMs(rate), shutUntil);
}

/** The instants of a purchase that left `next` behind, first to last. */
export function instantsBefore(next: number, count: number, rate: Rate): number[] {
  const spacing = spacingMs(rate);
  return Array.from({ length: count }, (_, i) => next - (count - i) * spacing);
}

/** Whether a call that would begin now has lost its instant. A burst's instants lie in the past from the start. */
export function isLost(instant: number, rate: Rate, now: number): boolean {
  const spacing = spacingMs(rate);
  return now - instant > Math.max(LATE_MS, spacing / 2) + rate.burst * spacing;
}
