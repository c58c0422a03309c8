import type { GateOptions } from '../calling/gate-options.ts';
import type { EndpointState } from '../domain/gate/endpoint-state.ts';
import { lanesAt, needsTicket, type Share } from '../domain/gate/lanes.ts';
import { type LimitsInForce, limitsAt } from '../domain/gate/limits.ts';
import { forwardersSharing, isShareDue, joinsAt, type Sharer, shareAt } from '../domain/gate/shares.ts';

/** The time of day is looked at this often. */
const LIMITS_EVERY_MS = 500;

/** What one invocation may take of what the whole fleet may, by what is known of the endpoint. */
export class FleetShare {
  readonly #of: GateOptions;
  readonly #chance: number;
  /** Which of the invocations under pressure this is; 0 where it asked for no number. */
  ticket = 0;
  #limits: LimitsInForce | null = null;
  #limitsAt = Number.NEGATIVE_INFINITY;
  #limitsOf: EndpointState['byHand'] | null = null;

  constructor(of: GateOptions, chance: number) {
    this.#of = of;
    this.#chance = chance;
  }

  limits({ byHand }: EndpointState, now: number): LimitsInForce {
    if (this.#limits === null || now - this.#limitsAt >= LIMITS_EVERY_MS || byHand !== this.#limitsOf) {
      this.#limits = limitsAt(this.#of.limits, byHand.get(this.#of.budget), now);
      this.#limitsAt = now;
      this.#limitsOf = byHand;
    }
    return this.#limits;
  }

  /** Calls that the invocation may keep open. */
  lanes(state: EndpointState, now: number): number {
    return this.joinsAt(state, now) === null ? 0 : lanesAt(state, this.#share(state, now), now);
  }

  /** The cap holds calls back, and grows by the clock. */
  isHeldBack(state: EndpointState, now: number): boolean {
    const { inFlight, forwarders } = this.#share(state, now);
    return this.lanes(state, now) < Math.floor(inFlight / forwarders);
  }

  /** Cap or limit are dealt out by ticket, and it has none. */
  needsTicket(state: EndpointState, now: number): boolean {
    return this.ticket === 0 && needsTicket(state, this.#share(state, now), now);
  }

  /** When it may begin to call beside the other pipelines of its budget, past or in the future; null before they were told. */
  joinsAt({ shares }: EndpointState, now: number): number | null {
    const { sharing } = this.#of;
    return sharing === null ? 0 : joinsAt(shares, sharing, now);
  }

  /** What the other pipelines of its budget have to be told; null where they know. */
  toTell({ shares }: EndpointState, now: number): { readonly pipeline: string; readonly sharer: Sharer } | null {
    const { sharing } = this.#of;
    if (sharing === null || !isShareDue(shares, sharing, this.#chance, now)) return null;
    return { pipeline: sharing.pipeline, sharer: shareAt(shares, sharing, now) };
  }

  #share(state: EndpointState, now: number): Share {
    const { forwarders, sharing } = this.#of;
    return {
      inFlight: this.limits(state, now).inFlight,
      forwarders: sharing === null ? forwarders : forwardersSharing(state.shares, sharing, now),
      ticket: this.ticket,
    };
  }
}
