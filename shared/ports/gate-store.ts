import type { Cap } from '../domain/gate/cap.ts';
import type { EndpointState } from '../domain/gate/endpoint-state.ts';
import type { LimitsByHand } from '../domain/gate/limits.ts';
import type { Rate } from '../domain/gate/rate.ts';
import type { Sharer, Shares } from '../domain/gate/shares.ts';

/** What all forwarders that call an endpoint share, and the instants of a budget. Each write is one small item's. */
export interface GateStore {
  /** Consistent. */
  read(): Promise<EndpointState>;
  /** Counts an invocation that begins under pressure; gives the endpoint with its number. */
  begin(): Promise<EndpointState>;
  /** Writes level, reason, cap and shut if they are as read; null where another forwarder changed them meanwhile. */
  change(
    read: EndpointState,
    next: Pick<EndpointState, 'shutUntil' | 'level' | 'failingFor' | 'cap'>,
  ): Promise<EndpointState | null>;
  /** Shuts the endpoint until then; null where it is shut for as long already. */
  shut(until: number): Promise<EndpointState | null>;
  /** Says that calls go on; null where another forwarder said so meanwhile. */
  renew(cap: Cap, now: number): Promise<EndpointState | null>;
  /** Says that a pipeline of the budget is at work; null where another said so since the reading. */
  join(read: Shares, pipeline: string, sharer: Sharer): Promise<EndpointState | null>;
  /** Sets the budget's limits by hand, or takes them back. */
  setByHand(limits: LimitsByHand): Promise<EndpointState>;
  /** Opens the endpoint, whatever shut it, and forgets what pressure has taught. */
  open(): Promise<EndpointState>;
  /** Says which address its calls go to from now on: what was learned of another is forgotten, as {@link open} does. */
  meet(address: string): Promise<void>;

  readBudget(): Promise<Budget>;
  /**
   * Buys the next instants of the budget: `next` moves behind them. Null, with nothing changed, where the budget's rate or revision is
   * another, or its next instant is on the other side of `floor`.
   */
  buy(purchase: Purchase): Promise<Budget | null>;
  /** Gives the budget another rate, if it is as read. */
  changeRate(read: Budget, next: Budget): Promise<Budget | null>;
}

/** The instants of a rate. */
export interface Budget {
  /** The next that is free, epoch milliseconds with fractions; 0 where none was ever bought. */
  readonly next: number;
  /** The rate that it was reckoned by; 0 where none was ever bought. */
  readonly perSecond: number;
  /** That of the limits set by hand that gave the rate. */
  readonly revision: number;
}

export interface Purchase {
  /** Milliseconds that `next` moves on. */
  readonly ms: number;
  /** No instant lies before. */
  readonly floor: number;
  /** Whether the next instant is expected to lie at or behind the floor, and how far behind it may. */
  readonly from: 'next' | 'floor';
  readonly latest: number;
  readonly rate: Rate;
  readonly revision: number;
}
