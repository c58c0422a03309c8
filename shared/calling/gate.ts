import type { Pipeline } from '../author/definition.ts';
import { callingAtOnce } from '../domain/capacity.ts';
import { AnswerWindow, broken, mended } from '../domain/gate/breaker.ts';
import { cut, firstCap, isDueForRenewal, isIdle, mayCut } from '../domain/gate/cap.ts';
import { type EndpointState, NEW_ENDPOINT, shutBy } from '../domain/gate/endpoint-state.ts';
import { budgetOf, type LimitsInForce } from '../domain/gate/limits.ts';
import type { Verdict } from '../domain/retry.ts';
import type { Process } from '../ports/deps.ts';
import type { GateStore } from '../ports/gate-store.ts';
import { FleetShare } from './fleet-share.ts';
import type { GateOptions } from './gate-options.ts';
import { Instants } from './instants.ts';
import { OwnShuts } from './own-shuts.ts';

/** While it calls, a forwarder reads the endpoint's item this often. */
const READ_EVERY_MS = 1_000;
/** With an older reading it starts no call: a table that can't be reached means silence. */
const READ_HOLDS_MS = 3_000;
/** New rights take seconds to hold; AWS's refusals are final once they go on for longer. */
const RIGHTS_MS = 60_000;
const RIGHTS_RETRY_MS = 5_000;

/** After so many passes in a row under pressure a child spends tries, where the service has answered others within so long. */
const MOST_PRESSED = 20;
const ANSWERS_HOLD_MS = 60_000;

/** How long a call takes, as long as none has told; and how much each that succeeds says of it. */
const FIRST_CALL_MS = 100;
const CALL_WEIGHT = 0.1;

/** A pipeline's gate. */
export function gateOf(of: Process & { readonly pipeline: Pipeline; readonly gateStore: GateStore }): Gate {
  const { pipeline, gateStore: store } = of;
  const { name, limits, endpoint } = pipeline;
  const forwarders = callingAtOnce(pipeline);
  const sharing =
    limits.sharedAs === undefined ? null : { pipeline: name, forwarders, callMs: 1_000 * endpoint.timeoutSeconds };
  return new Gate(of, { store, limits, budget: budgetOf(pipeline), forwarders, sharing });
}

/**
 * What a forwarder's environment knows of its endpoint: it reads what the fleet shares, and tells it what answers say. One for each
 * environment, which makes one invocation at a time.
 */
export class Gate {
  readonly instants: Instants;
  readonly #of: GateOptions;
  readonly #process: Process;
  readonly #window = new AnswerWindow();
  readonly #chance: number;
  #state: EndpointState = NEW_ENDPOINT;
  #readAt = Number.NEGATIVE_INFINITY;
  #writtenAt = Number.NEGATIVE_INFINITY;
  #reading: Promise<void> | null = null;
  #refusedSince: number | null = null;
  #answeredAt = Number.NEGATIVE_INFINITY;
  #callMs = FIRST_CALL_MS;
  #isChanging = false;
  readonly #own = new OwnShuts();
  readonly #share: FleetShare;
  readonly #writes = new Set<Promise<unknown>>();

  constructor(process: Process, of: GateOptions) {
    this.#process = process;
    this.#of = of;
    this.#chance = process.random.next();
    this.#share = new FleetShare(of, this.#chance);
    this.instants = new Instants(of.store, process.clock);
  }

  /** Begins an invocation: its first call waits for a reading of this second, and under pressure for a ticket. */
  begin(): void {
    this.#share.ticket = 0;
    const now = this.#process.clock.now();
    if (now - this.#readAt < READ_EVERY_MS && !this.#share.needsTicket(this.#state, now)) return;
    this.#readAt = Number.NEGATIVE_INFINITY;
  }

  /** Waits for what the invocation still has to write. */
  async end(): Promise<void> {
    await Promise.allSettled(this.#writes);
  }

  /** Whether calls may begin by what is known; where it is a second old, it is read anew meanwhile. */
  isKnown(now: number): boolean {
    const age = now - this.#readAt;
    if (age >= READ_EVERY_MS && age <= READ_HOLDS_MS) this.#track(this.refresh());
    return age <= READ_HOLDS_MS;
  }

  /** Reads the endpoint's item. @throws what the table does */
  refresh(): Promise<void> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = null;
    });
    return this.#reading;
  }

  /** Until when no call begins; past where the endpoint is open. */
  get shutUntil(): number {
    return Math.max(this.#state.shutUntil, this.#own.latest);
  }

  /** From when on calls may begin; past where they may. */
  opensAt(now: number): number {
    return Math.max(this.shutUntil, this.#share.joinsAt(this.#state, now) ?? 0);
  }

  /** Calls that the invocation may keep open now. */
  lanes(now: number): number {
    return this.#share.lanes(this.#state, now);
  }

  /** The cap holds calls back, and grows by the clock. */
  isHeldBack(now: number): boolean {
    return this.#share.isHeldBack(this.#state, now);
  }

  limits(now: number): LimitsInForce {
    return this.#share.limits(this.#state, now);
  }

  /** How long a call that succeeds takes, on average: a refusal comes sooner. */
  get callMs(): number {
    return this.#callMs;
  }

  get forwarders(): number {
    return this.#of.forwarders;
  }

  /**
   * Hears what a call came to, and says what that means as the fleet fares.
   * @param began when the call began
   * @param isFirst of its child: the few that fail every time would else, called again and again, pass for a service that is down
   */
  heard(verdict: Verdict, began: number, isFirst = true): Verdict {
    switch (verdict.kind) {
      case 'succeeded':
        this.#refusedSince = null;
        this.#answeredAt = this.#process.clock.now();
        this.#callMs += (this.#process.clock.now() - began - this.#callMs) * CALL_WEIGHT;
        this.#answered(began);
        return verdict;
      case 'final':
        this.#answered(began);
        return verdict;
      case 'try-spent':
        return this.#failed(verdict, began, isFirst);
      case 'pressure':
        this.#process.metrics.count('CallsUnderPressure', 1);
        return this.#pressed(verdict, began);
    }
  }

  /**
   * What that means for a child: one that alone finds its service busy, or failing, time and again, spends its tries as others do.
   * @param pressed passes in a row that it has ended under pressure
   */
  spares(verdict: Verdict, pressed = 0): Verdict {
    const isAlone = this.#process.clock.now() - this.#answeredAt < ANSWERS_HOLD_MS;
    // Where failures are spared nobody is answered: those that are left may be the ones that always fail.
    if (verdict.kind !== 'pressure' || pressed < MOST_PRESSED || !(isAlone || verdict.isSpared)) return verdict;
    return { ...verdict, kind: 'try-spent', isPressure: true };
  }

  #answered(began: number): void {
    this.#window.add(false);
    if (this.#state.level > 0 && this.#isSince(began)) this.#change(mended(this.#state, this.#process.clock.now()));
  }

  #failed(verdict: Verdict & { kind: 'try-spent' }, began: number, isFirst: boolean): Verdict {
    const wasOpen = this.#state.level > 0;
    const trips = wasOpen ? this.#isSince(began) : isFirst && this.#window.add(true);
    if (trips) {
      this.#window.clear();
      if (this.#change(broken(this.#state, this.#process.clock.now(), verdict.reason))) {
        this.#process.metrics.count('BreakerOpened', 1);
        this.#process.log.warn('Half of the last answers were failures: the endpoint is shut for a while.', {
          reason: verdict.reason,
          level: this.#state.level,
          until: new Date(this.#state.shutUntil).toISOString(),
        });
      }
    }
    if (!wasOpen) return verdict;
    this.#process.metrics.count('FailuresSpared', 1);
    return { ...verdict, kind: 'pressure', isSpared: true };
  }

  #pressed(verdict: Verdict & { kind: 'pressure' }, began: number): Verdict {
    const now = this.#process.clock.now();
    if (verdict.reason === 'http-403') {
      this.#refusedSince ??= now;
      if (now - this.#refusedSince > RIGHTS_MS) return { ...verdict, kind: 'final' };
      this.#shut(now + RIGHTS_RETRY_MS);
      return { ...verdict, retryAfterMs: Math.max(verdict.retryAfterMs, RIGHTS_RETRY_MS) };
    }
    if (verdict.retryAfterMs > 0) this.#shut(shutBy(verdict.retryAfterMs, now));
    else {
      const cap = this.#state.cap ?? firstCap(now);
      if (this.#state.level === 0 && mayCut(cap, began))
        this.#change({ ...this.#state, cap: cut(cap, this.limits(now).inFlight, now) });
    }
    return verdict;
  }

  /** The call began behind the last change of the breaker: it was a probe. */
  #isSince(began: number): boolean {
    return began > (this.#state.cap?.cutAt ?? 0);
  }

  async #read(): Promise<void> {
    const { store } = this.#of;
    const { clock } = this.#process;
    const isFirst = this.#share.needsTicket(this.#state, clock.now());
    await this.#ask(() => (isFirst ? store.begin() : store.read()));
    if (isFirst) this.#share.ticket = this.#state.invocations;
    const told = this.#share.toTell(this.#state, clock.now());
    const isTold = told === null || (await this.#ask(() => store.join(this.#state.shares, told.pipeline, told.sharer)));
    // Another forwarder was first, most likely of the same pipeline.
    if (!isTold) await this.#ask(() => store.read());
    if (this.#share.needsTicket(this.#state, clock.now())) {
      await this.#ask(() => store.begin());
      this.#share.ticket = this.#state.invocations;
    }
    const now = clock.now();
    const { cap } = this.#state;
    if (cap === null || isIdle(cap, now)) this.#change({ ...this.#state, cap: firstCap(now) });
    else if (isDueForRenewal(cap, this.#chance, now)) {
      this.#state = { ...this.#state, cap: { ...cap, renewed: now } };
      this.#write(store.renew(cap, now));
    }
  }

  /** @returns false where a write was refused */
  async #ask(request: () => Promise<EndpointState | null>): Promise<boolean> {
    const sent = this.#process.clock.now();
    const state = await request();
    if (state) this.#take(state, sent);
    return state !== null;
  }

  /** What was read or written last counts: a reading that was sent before a write is older than what that gave. */
  #take(state: EndpointState, sent: number): void {
    if (sent <= this.#writtenAt && state.version < this.#state.version) return;
    const { shares } = this.#state;
    this.#state = state.shares.turn < shares.turn ? { ...state, shares } : state;
    this.#readAt = Math.max(this.#readAt, sent);
  }

  #shut(until: number): void {
    // Of many answers alike, the first has said it.
    if (this.shutUntil > until - 500) return;
    this.#state = { ...this.#state, shutUntil: until };
    this.#write(this.#of.store.shut(until), until);
  }

  /** Changes cap and level at once here, and for the fleet if no other forwarder did meanwhile. False while a change is on its way. */
  #change(next: EndpointState): boolean {
    if (this.#isChanging) return false;
    this.#isChanging = true;
    const read = this.#state;
    this.#state = next;
    this.#write(
      this.#of.store.change(read, next).finally(() => {
        this.#isChanging = false;
      }),
      next.shutUntil,
    );
    return true;
  }

  /**
   * Best effort: where it fails the fleet learns of it with the next answer of its kind, and this forwarder reads what holds.
   * @param until when the write shuts the endpoint, which holds for this forwarder until it has read what became of it
   */
  #write(write: Promise<EndpointState | null>, until = 0): void {
    const sent = this.#process.clock.now();
    this.#own.add(until, sent);
    this.#track(
      write
        .then(async (state) => {
          if (state === null) {
            // A reading that is under way may be older than what refused it.
            await this.#reading;
            await this.refresh();
          } else {
            this.#writtenAt = this.#process.clock.now();
            this.#take(state, sent);
          }
          this.#own.delete(until);
        })
        .catch((error) => {
          this.#process.log.warn("The endpoint's item could not be written.", { error: String(error) });
        }),
    );
  }

  #track(work: Promise<unknown>): void {
    const tracked: Promise<unknown> = work.catch(() => undefined).finally(() => this.#writes.delete(tracked));
    this.#writes.add(tracked);
  }
}
