import { InputError } from '../domain/errors.ts';
import { capAt, isForgotten, isIdle } from '../domain/gate/cap.ts';
import { budgetOf, type LimitsByHand, limitsAt, mostInFlight } from '../domain/gate/limits.ts';
import type { OperatorDeps } from '../ports/deps.ts';

/** What calls of a pipeline are held to right now, and why. */
export interface GateView {
  /** Calls in flight over the fleet at most. */
  readonly inFlight: number;
  /** Null where no rate is set. */
  readonly ratePerSecond: number | null;
  /** Children that may wait for callbacks at once; null where none is set. */
  readonly waiting: number | null;
  /** Those set by hand that hold; null where none do. */
  readonly byHand: Pick<LimitsByHand, 'inFlight' | 'ratePerSecond' | 'waiting' | 'until'> | null;
  /** No call begins before, epoch milliseconds; null where the endpoint is open. */
  readonly shutUntil: number | null;
  /** How often in a row the breaker opened; 0 where it is closed. */
  readonly breaker: number;
  /** Why the call failed that opened it last; null where it is closed. */
  readonly failingFor: string | null;
  /** Calls at once that the service takes just now, where it has pushed back; null otherwise. */
  readonly cap: number | null;
}

type GateDeps = Pick<OperatorDeps, 'gateStore' | 'pipeline' | 'clock'>;

/** One small read. */
export async function readGate({ gateStore, pipeline, clock }: GateDeps): Promise<GateView> {
  const { byHand, shutUntil, level, failingFor, cap } = await gateStore.read();
  const now = clock.now();
  const set = inForce(byHand.get(budgetOf(pipeline)), now);
  const { inFlight, rate, waiting } = limitsAt(pipeline.limits, set, now);
  const isHeld = cap !== null && cap.cutAt !== null && !isIdle(cap, now) && !isForgotten(cap, inFlight, now);
  return {
    inFlight,
    ratePerSecond: rate?.perSecond ?? null,
    waiting,
    byHand: set
      ? { inFlight: set.inFlight, ratePerSecond: set.ratePerSecond, waiting: set.waiting, until: set.until }
      : null,
    shutUntil: shutUntil > now ? shutUntil : null,
    breaker: level,
    failingFor,
    cap: isHeld ? Math.min(inFlight, Math.floor(capAt(cap, now))) : null,
  };
}

/** Limits to set by hand. What isn't named stays as it was set by hand before. */
export interface LimitsToSet {
  readonly inFlight?: number | undefined;
  readonly ratePerSecond?: number | undefined;
  /** Children that may wait for callbacks at once. */
  readonly waiting?: number | undefined;
  /** After which they end by themselves; they stand until they are cleared where absent. */
  readonly forMs?: number | undefined;
}

/**
 * Sets limits by hand, of all pipelines that share the budget. Forwarders hold them from their next reading on, within two seconds.
 * @throws {InputError} for more in flight than is deployed, or where none waits
 */
export async function setLimits(
  { gateStore, pipeline, clock }: GateDeps,
  { forMs, ...limits }: LimitsToSet,
): Promise<void> {
  checkLimits(pipeline, limits);
  const before = (await gateStore.read()).byHand.get(budgetOf(pipeline));
  const now = clock.now();
  const held = inForce(before, now);
  await gateStore.setByHand({
    inFlight: limits.inFlight ?? held?.inFlight,
    ratePerSecond: limits.ratePerSecond ?? held?.ratePerSecond,
    waiting: limits.waiting ?? held?.waiting,
    until: forMs === undefined ? null : now + forMs,
    revision: (before?.revision ?? 0) + 1,
  });
}

/**
 * Whether a pipeline can be held to such limits.
 * @throws {InputError} for more in flight than is deployed, or where none waits
 */
export function checkLimits(pipeline: GateDeps['pipeline'], { inFlight = 0, waiting }: LimitsToSet): void {
  const most = mostInFlight(pipeline.limits);
  if (inFlight > most)
    throw new InputError(`At most ${most} calls in flight are deployed, by limits.inFlight; received ${inFlight}.`);
  if (waiting !== undefined && !pipeline.callback)
    throw new InputError(`Pipeline ${pipeline.name} has no callback: none of its children waits for one.`);
}

/** Takes the limits set by hand back: the definition's hold again. */
export async function clearLimits({ gateStore, pipeline, clock }: GateDeps): Promise<void> {
  const before = (await gateStore.read()).byHand.get(budgetOf(pipeline));
  if (before) await gateStore.setByHand({ until: clock.now(), revision: before.revision + 1 });
}

/** Opens the endpoint at once, whatever shut it, and forgets what pressure has taught: the next calls find out anew. */
export async function openEndpoint({ gateStore }: Pick<GateDeps, 'gateStore'>): Promise<void> {
  await gateStore.open();
}

function inForce(byHand: LimitsByHand | undefined, now: number): LimitsByHand | undefined {
  return byHand && (byHand.until === null || now < byHand.until) ? byHand : undefined;
}
