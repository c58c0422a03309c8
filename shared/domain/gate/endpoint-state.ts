import type { Cap } from './cap.ts';
import type { LimitsByHand } from './limits.ts';
import type { Shares } from './shares.ts';

/** What all forwarders that call an endpoint share: one small item. */
export interface EndpointState {
  /** No call begins before, epoch milliseconds; 0 where the endpoint is open. */
  readonly shutUntil: number;
  /** How often in a row the breaker opened; 0 once a call succeeded. */
  readonly level: number;
  /** Why the call failed that opened the breaker last; null where it is closed. */
  readonly failingFor: string | null;
  readonly cap: Cap | null;
  /** Raised with each change of cap and level, so that no two are made of one reading. */
  readonly version: number;
  /** Invocations that began under pressure. */
  readonly invocations: number;
  /** Limits that people have set, by budget. */
  readonly byHand: ReadonlyMap<string, LimitsByHand>;
  /** Pipelines at work of the budget that is read with it, where pipelines share it. */
  readonly shares: Shares;
}

/** An endpoint that was never called. */
export const NEW_ENDPOINT: EndpointState = {
  shutUntil: 0,
  level: 0,
  failingFor: null,
  cap: null,
  version: 0,
  invocations: 0,
  byHand: new Map(),
  shares: { turn: 0, of: new Map() },
};

/** An endpoint is shut for so long at once at most, whatever its service asks for: one tenant's wait can't stop a pipeline for hours. */
export const MOST_SHUT_MS = 300_000;

/** Until when a `Retry-After` of `ms` shuts the endpoint. */
export function shutBy(ms: number, now: number): number {
  return now + Math.min(ms, MOST_SHUT_MS);
}
