import { QueueError } from '../shared/domain/errors.ts';
import { SQS } from '../shared/domain/limits.ts';
import { FairTurns } from '../shared/host/fair-queue.ts';
import type { Outgoing, Queue } from '../shared/ports/queue.ts';
import { Meter } from './meter.ts';
import { type Serialised, serialise, sqsRequests } from './queue-limits.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { VirtualClock } from './virtual-clock.ts';

export interface MemoryQueueOptions {
  readonly name: string;
  readonly clock: VirtualClock;
  /** Seconds a received message stays hidden; 0–43,200. */
  readonly visibilitySeconds: number;
  /** Receives after which the next one moves the message to `deadLetter`; without one it stays for ever. */
  readonly maxReceiveCount?: number;
  readonly deadLetter?: MemoryQueue<unknown>;
  /** With it messages are received in any order, now and then fewer than asked for; without, oldest first. */
  readonly random?: SeededRandom;
  /** Probability that a sent message is there twice; the copy lives and dies by itself. Needs `random`. */
  readonly duplicates?: number;
  /** Messages that it has room for, visible or not; by default any number. */
  readonly room?: number;
  readonly meter?: Meter;
}

/** A message as a consumer gets it. */
export interface Received {
  readonly messageId: string;
  readonly receiptHandle: string;
  /** JSON text. */
  readonly body: string;
  /** This time included. */
  readonly receiveCount: number;
  readonly sentAt: number;
  readonly firstReceivedAt: number;
}

interface Entry {
  readonly messageId: string;
  readonly body: string;
  readonly sentAt: number;
  readonly group: string | undefined;
  receives: number;
  firstReceivedAt: number;
  /** The latest receipt; deletes by an older one do nothing. */
  handle: string | null;
  isVisible: boolean;
  isGone: boolean;
  /** Takes back the timer that makes it visible. */
  cancel: () => void;
}

/**
 * An SQS standard queue in virtual time: at least once, in no order, with visibility time-outs, delays, receive counts and
 * a dead-letter queue. It loses nothing unless told to ({@link drop}, {@link purge}); retention isn't simulated.
 */
export class MemoryQueue<M> implements Queue<M> {
  readonly name: string;
  readonly #options: MemoryQueueOptions;
  readonly #random: SeededRandom | null;
  readonly #meter: Meter;
  /** Ready to be received; entries that were deleted while here are skipped when met. */
  readonly #ready: Entry[] = [];
  readonly #live = new Set<Entry>();
  readonly #byHandle = new Map<string, Entry>();
  readonly #listeners: (() => void)[] = [];
  readonly #turns = new FairTurns();
  #ids = 0;
  /** Ids of the messages that moved to the dead-letter queue. */
  readonly buried = new Set<string>();

  constructor(options: MemoryQueueOptions) {
    this.name = options.name;
    this.#options = options;
    this.#random = options.random ?? null;
    this.#meter = options.meter ?? new Meter();
  }

  /** Messages visible, delayed or in flight. */
  get size(): number {
    return this.#live.size;
  }

  /** Bodies of all of them, oldest first. */
  bodies(): string[] {
    return [...this.#live].map(({ body }) => body);
  }

  async send(messages: readonly Outgoing<M>[]): Promise<void> {
    // All are checked before one is taken, as a request with a bad entry is refused whole.
    const serialised = messages.map((outgoing) => serialise(this.name, outgoing));
    const { requests, billed } = sqsRequests(serialised);
    this.#meter.request(`queue.${this.name}.send`, requests);
    this.#meter.queueUnits += billed;
    for (const each of serialised) {
      this.#ids += 1;
      const messageId = `${this.name}-${this.#ids}`;
      this.#add(messageId, each);
      if (this.#random?.chance(this.#options.duplicates ?? 0)) this.#add(messageId, each);
    }
  }

  async waiting(): Promise<number> {
    this.#request('waiting');
    return this.#visible;
  }

  async isLongerThan(messages: number): Promise<boolean> {
    this.#request('waiting');
    return this.#visible > messages || this.size > (this.#options.room ?? Number.POSITIVE_INFINITY);
  }

  get #visible(): number {
    return [...this.#live].filter(({ isVisible }) => isVisible).length;
  }

  /** @throws {QueueError} where the handle isn't the latest of a message in flight */
  async retryIn(receiptHandle: string, seconds: number): Promise<void> {
    this.#request('retryIn');
    const entry = this.#byHandle.get(receiptHandle);
    if (!entry || entry.isVisible) {
      throw new QueueError(`Receipt ${receiptHandle} is of no message in flight in queue ${this.name}.`);
    }
    const wait = Math.min(SQS.maxVisibilitySeconds, Math.max(0, Math.ceil(seconds)));
    this.#hide(entry, wait);
  }

  /** At most `max` visible messages; each is hidden for the visibility time-out, or moves to the dead-letter queue. */
  receive(max: number): Received[] {
    const received: Received[] = [];
    const wanted = this.#random?.chance(0.1) ? 1 + this.#random.integer(max) : max;
    while (received.length < wanted) {
      const entry = this.#take();
      if (!entry) break;
      if (this.#isSpent(entry)) this.#handleDeadLetter(entry);
      else received.push(this.#handOut(entry));
    }
    if (received.length > 0) this.#request('receive');
    return received;
  }

  /** Deletes by receipts. An old receipt of a message received again since does nothing. */
  delete(receiptHandles: readonly string[]): void {
    const requests = Math.ceil(receiptHandles.length / SQS.maxBatchEntries);
    if (requests > 0) this.#request('delete', requests);
    for (const handle of receiptHandles) {
      const entry = this.#byHandle.get(handle);
      if (entry) this.#remove(entry);
    }
  }

  /** Loses the messages whose body this holds for, wherever they are; gives how many. */
  drop(predicate: (body: string) => boolean): number {
    const lost = [...this.#live].filter(({ body }) => predicate(body));
    for (const entry of lost) this.#remove(entry);
    return lost.length;
  }

  /** Loses all. */
  purge(): number {
    return this.drop(() => true);
  }

  /** Calls `listener` whenever a message has become visible. */
  onVisible(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Requests without a payload worth billing twice. */
  #request(method: string, count = 1): void {
    this.#meter.request(`queue.${this.name}.${method}`, count);
    this.#meter.queueUnits += count;
  }

  #add(messageId: string, { body, delaySeconds, group }: Serialised): void {
    const now = this.#options.clock.now();
    const entry: Entry = {
      messageId,
      body,
      sentAt: now,
      group,
      receives: 0,
      firstReceivedAt: 0,
      handle: null,
      isVisible: false,
      isGone: false,
      cancel: () => {},
    };
    this.#live.add(entry);
    this.#hide(entry, delaySeconds);
  }

  #hide(entry: Entry, seconds: number): void {
    entry.cancel();
    if (seconds === 0) this.#show(entry);
    else entry.cancel = this.#options.clock.after(seconds * 1_000, () => this.#show(entry));
  }

  #show(entry: Entry): void {
    entry.isVisible = true;
    this.#ready.push(entry);
    for (const listener of this.#listeners) listener();
  }

  #take(): Entry | null {
    while (true) {
      const index = this.#nextIndex();
      const entry = this.#ready[index];
      const last = this.#ready.at(-1);
      if (!entry || !last) return null;
      if (this.#random) {
        this.#ready[index] = last;
        this.#ready.pop();
      } else this.#ready.shift();
      if (!entry.isGone) return entry;
    }
  }

  /** Any, or the oldest; where messages have groups, one of the quietest group, as SQS's fair queues prefer it. */
  #nextIndex(): number {
    const ready = this.#ready;
    if (ready[0]?.group === undefined) return this.#random?.integer(ready.length) ?? 0;
    const inFlight = new Map<string, number>();
    for (const { group, isVisible, receives } of this.#live) {
      if (group !== undefined && receives > 0 && !isVisible) inFlight.set(group, (inFlight.get(group) ?? 0) + 1);
    }
    const oldest = this.#turns.next(groupsOf(ready), inFlight);
    if (!this.#random) return oldest;
    const ofGroup = [...ready.keys()].filter((index) => ready[index]?.group === ready[oldest]?.group);
    return ofGroup[this.#random.integer(ofGroup.length)] ?? oldest;
  }

  #handOut(entry: Entry): Received {
    const { clock, visibilitySeconds } = this.#options;
    if (entry.handle) this.#byHandle.delete(entry.handle);
    entry.receives += 1;
    if (entry.receives === 1) entry.firstReceivedAt = clock.now();
    this.#ids += 1;
    const receiptHandle = `${entry.messageId}-receipt-${this.#ids}`;
    entry.handle = receiptHandle;
    entry.isVisible = false;
    this.#byHandle.set(receiptHandle, entry);
    this.#hide(entry, visibilitySeconds);
    const { messageId, body, receives, sentAt, firstReceivedAt } = entry;
    return { messageId, receiptHandle, body, receiveCount: receives, sentAt, firstReceivedAt };
  }

  #isSpent(entry: Entry): boolean {
    const { maxReceiveCount, deadLetter } = this.#options;
    return deadLetter !== undefined && maxReceiveCount !== undefined && entry.receives >= maxReceiveCount;
  }

  /** Its receive count starts again there: a handler can't rely on what SQS shows of a moved message. */
  #handleDeadLetter(entry: Entry): void {
    this.#remove(entry);
    this.buried.add(entry.messageId);
    const { deadLetter } = this.#options;
    if (deadLetter) deadLetter.#add(entry.messageId, { ...entry, bytes: 0, delaySeconds: 0 });
  }

  #remove(entry: Entry): void {
    entry.cancel();
    entry.isGone = true;
    this.#live.delete(entry);
    if (entry.handle) this.#byHandle.delete(entry.handle);
  }
}

function* groupsOf(entries: readonly Entry[]): Iterable<string> {
  for (const { group } of entries) yield group ?? '';
}
