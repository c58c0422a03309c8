import { capAt, isForgotten } from './cap.ts';
import type { EndpointState } from './endpoint-state.ts';

/** What one invocation's share is worked out of. */
export interface Share {
  /** Calls in flight over the whole fleet at most. */
  readonly inFlight: number;
  /** Invocations that may run at once: the MaximumConcurrency of all mappings under the limit. */
  readonly forwarders: number;
  /** Which of the invocations under pressure this is. */
  readonly ticket: number;
}

/** Multiples of it, without their whole parts, lie evenly between 0 and 1 however many they are. */
const GOLDEN = 0.618_033_988_749_894_9;

/** Whether the cap or a small limit says how many lanes an invocation has: each then needs a ticket of its own. */
export function needsTicket({ cap, level }: EndpointState, { inFlight, forwarders }: Share, now: number): boolean {
  if (inFlight < forwarders || level > 0) return true;
  return cap !== null && cap.cutAt !== null && !isForgotten(cap, inFlight, now);
}

/**
 * Calls that one invocation may keep open now. What the division leaves over is dealt out by ticket, so that the sum over the fleet
 * follows the cap also where it is below the number of forwarders.
 */
export function lanesAt(state: EndpointState, share: Share, now: number): number {
  const { inFlight, forwarders, ticket } = share;
  const { cap, level } = state;
  const most = Math.floor(inFlight / forwarders);
  // While the breaker is open one call at a time goes out, for however long it takes.
  const allowed = level > 0 ? 1 : cap === null || isForgotten(cap, inFlight, now) ? inFlight : capAt(cap, now);
  if (!needsTicket(state, share, now)) return Math.min(most, Math.max(1, Math.floor(allowed / forwarders)));
  const dealt = Math.floor(Math.min(allowed, inFlight) / forwarders + ((GOLDEN * ticket) % 1));
  // The limit is exact where it can be: nothing of it is left over to be dealt out.
  return most > 0 ? Math.min(most, dealt) : dealt;
}
